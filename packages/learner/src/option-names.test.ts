import { beforeAll, expect, it } from 'vitest'
import type {
  FineTuneFitOptions,
  FitOptions,
  FlatCosFitOptions,
  LearnerOptions,
  LrFindOptions,
  OneCycleFitOptions,
  SgdrFitOptions,
} from './learner.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

/** Every option of T, left out: the type checker says when one is missing here. */
type AllOf<T> = { [Name in keyof Required<T>]: undefined }
const none = undefined
const train = { callbacks: none, wd: none, signal: none }
const trainFrom = { ...train, start_epoch: none, resume: none }
const cycles = { cycle_len: none, cycle_mult: none, use_clr: none, use_clr_beta: none }
const names = { wds: none, best_save_name: none, cycle_save_name: none }
const oneCycle = { form: none, moms: none, div_factor: none, final_div: none, pct_start: none, tot_epochs: none }
const search = {
  start_lr: none,
  end_lr: none,
  num_it: none,
  stop_div: none,
  linear: none,
  form: none,
  suggestion: none,
  valid: none,
}
const learnerOptions: AllOf<LearnerOptions> = {
  ...{
    loss: none,
    loss_weights: none,
    metrics: none,
    optimizer: none,
    wd: none,
    wd_bn_bias: none,
    layer_groups: none,
    train_bn: none,
  },
  ...{ callbacks: none, seed: none, progress: none, log: none, distributed: none },
}

type Call = (options: never) => unknown
const grouped = () => tinyLearner({ layer_groups: [2] })

const ways: [name: string, options: object, call: Call][] = [
  ['Learner', learnerOptions, options => tinyLearner({ ...(options as object), progress: false })],
  ['fit', { ...trainFrom, ...cycles, ...names } satisfies AllOf<FitOptions>, options => tinyLearner().fit(1e-2, 1, options)],
  [
    'fit_one_cycle',
    { ...trainFrom, ...oneCycle } satisfies AllOf<OneCycleFitOptions>,
    options => tinyLearner().fit_one_cycle(1, 1e-2, options),
  ],
  [
    'fit_flat_cos',
    { ...trainFrom, div_final: none, pct_start: none } satisfies AllOf<FlatCosFitOptions>,
    options => tinyLearner().fit_flat_cos(1, 1e-2, options),
  ],
  [
    'fit_sgdr',
    { ...trainFrom, cycle_mult: none } satisfies AllOf<SgdrFitOptions>,
    options => tinyLearner().fit_sgdr(1, 1, 1e-2, options),
  ],
  [
    'fine_tune',
    {
      ...train,
      resume: none,
      freeze_epochs: none,
      lr_mult: none,
      pct_start: none,
      div: none,
    } satisfies AllOf<FineTuneFitOptions>,
    options => grouped().fine_tune(1, 1e-2, options),
  ],
  ['lr_find', { ...train, ...search } satisfies AllOf<LrFindOptions>, options => tinyLearner().lr_find(options)],
]

it.each(ways)('%s knows all its options', async (_, options, call) => {
  await call(options as never)
})

it.each(ways)('%s refuses one that it does not have, and says which is near', async (name, _, call) => {
  const misspelt = async () => call({ weight_decay: 0.1 } as never)
  await expect(misspelt()).rejects.toThrow(`${name} has no option weight_decay. Did you mean wd? Its options are: `)
  await expect(misspelt()).rejects.toThrow(TypeError)
})

it.each<[string, object, Call, string]>([
  ['fit_one_cycle', { max_lr: 1e-2 }, options => tinyLearner().fit_one_cycle(1, 1e-2, options), 'fit_one_cycle(n, lr_max)'],
  ['fit_one_cycle', { epochs: 2 }, options => tinyLearner().fit_one_cycle(1, 1e-2, options), 'fit_one_cycle(n, lr_max)'],
  ['fine_tune', { base_lr: 1e-2 }, options => grouped().fine_tune(1, 1e-2, options), 'fine_tune(epochs, base_lr)'],
  ['Learner', { learning_rate: 1e-2 }, options => tinyLearner(options), 'learn.fit(lr, n)'],
  ['Learner', { batch_size: 8 }, options => tinyLearner(options), 'it belongs to the data'],
  ['Learner', { dls: 1 }, options => tinyLearner(options), 'it is the first argument'],
])('%s says where %o goes', async (name, options, call, place) => {
  const misplaced = async () => call(options as never)
  await expect(misplaced()).rejects.toThrow(`${name} has no option ${Object.keys(options)[0]}: `)
  await expect(misplaced()).rejects.toThrow(place)
})

it.each<[string, object, Call, string]>([
  ['cbs', { cbs: [] }, options => tinyLearner(options), 'Did you mean callbacks?'],
  ['opt_func', { opt_func: none }, options => tinyLearner(options), 'Did you mean optimizer?'],
  ['a word for a number', { wd: '0.1' }, options => tinyLearner(options), 'Learner: wd must be a number, or a list'],
  ['a word for yes', { train_bn: 'no' }, options => tinyLearner(options), "train_bn must be true or false, but it is 'no'"],
  ['a rate in the place of options', 5 as never, options => tinyLearner().fit_one_cycle(1, 1e-2, options), 'but got 5.'],
  ['a map of options', new Map(), options => tinyLearner().fit_one_cycle(1, 1e-2, options), 'but got a Map.'],
  ['a progress bar of words', { progress: { qiet: true } }, options => tinyLearner(options), 'Did you mean quiet?'],
])('refuses %s', async (_, options, call, words) => {
  await expect((async () => call(options as never))()).rejects.toThrow(words)
  await expect((async () => call(options as never))()).rejects.toThrow(TypeError)
})
