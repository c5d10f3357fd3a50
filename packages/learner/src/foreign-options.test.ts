import { EarlyStopping, one_cycle, SaveModel } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { beforeAll, expect, test } from 'vitest'
import type { Learner } from './learner.js'
import { adam } from './optimizer/index.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

let learn: Learner
beforeAll(async () => {
  await useCpu()
  learn = tinyLearner()
})
const given = (value: unknown) => value as never

const calls: Record<string, (options: never) => unknown> = {
  Learner: options => tinyLearner(options),
  fit: options => learn.fit(1e-2, 1, options),
  fit_one_cycle: options => learn.fit_one_cycle(1, 1e-2, options),
  lr_find: options => learn.lr_find(options),
  one_cycle,
  adam,
  EarlyStopping: options => new EarlyStopping(options),
  SaveModel: options => new SaveModel(learn, options),
  from_arrays: options => DataBunch.from_arrays(options),
}

test.each([
  ['Learner', 'cbs', 'Did you mean callbacks?'],
  ['Learner', 'opt_func', 'Did you mean optimizer?'],
  ['Learner', 'lossFunc', 'Did you mean loss?'],
  ['Learner', 'verbose', 'Did you mean progress?'],
  ['Learner', 'lr', 'learn.fit(lr, n)'],
  ['Learner', 'epochs', 'learn.fit_one_cycle(epochs, lr)'],
  ['Learner', 'batch_size', 'DataBunch.from_arrays({ x, y, bs, valid_pct, valid })'],
  ['fit', 'cbs', 'Did you mean callbacks?'],
  ['fit', 'initialEpoch', 'Did you mean start_epoch?'],
  ['fit_one_cycle', 'max_lr', 'fit_one_cycle(n, lr_max)'],
  ['fit_one_cycle', 'learning_rate', 'fit_one_cycle(n, lr_max)'],
  ['fit_one_cycle', 'div', 'Did you mean div_factor?'],
  ['fit_one_cycle', 'div_final', 'Did you mean final_div?'],
  ['fit_one_cycle', 'max_momentum', 'Did you mean moms?'],
  ['lr_find', 'suggest_funcs', 'Did you mean suggestion?'],
  ['lr_find', 'min_lr', 'Did you mean start_lr?'],
  ['one_cycle', 'max_lr', 'Did you mean lr_max?'],
  ['one_cycle', 'lr', 'Did you mean lr_max?'],
  ['adam', 'learningRate', 'Did you mean lr?'],
  ['adam', 'betas', 'Did you mean mom and sqr_mom?'],
  ['EarlyStopping', 'restore_best_weights', 'Did you mean restore_best?'],
  ['EarlyStopping', 'baseline', 'Did you mean best?'],
  ['from_arrays', 'batchSize', 'Did you mean bs?'],
  ['from_arrays', 'labels', 'Did you mean y?'],
  ['from_arrays', 'validationSplit', 'Did you mean valid_pct?'],
])('%s is told what %s is here', async (call, option, answer) => {
  const before = learn.bus.callbacks.length
  await expect((async () => calls[call]!(given({ [option]: 1 })))()).rejects.toThrow(
    new RegExp(`has no option ${option}[.:].*${answer.replace(/[.?(){}]/g, '\\$&')}`),
  )
  expect(learn.bus.callbacks).toHaveLength(before)
})
