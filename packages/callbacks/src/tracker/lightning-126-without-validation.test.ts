import { expect, it } from 'vitest'
import type { Callback } from '../callback.js'
import { FakeOptimizer, fakeFit } from '../testing/fake-learner.js'
import type { TrainingState } from '../training-state.js'
import { EarlyStopping, ReduceLROnPlateau, SaveModel } from './index.js'

const log = () => {}
const store = { save() {}, load() {} }
const trained = { before_batch: () => expect.fail('a batch was trained') }

const fit = (callbacks: Callback[], more: Partial<Parameters<typeof fakeFit>[0]> = {}) =>
  fakeFit({ n_epoch: 3, n_batches: 1, opt: new FakeOptimizer({ lr: 1 }), callbacks, ...more })

const saidTo = (learn: TrainingState) => (learn as unknown as { said: string[] }).said

/** What a fit with this callback tells the person. */
async function said(callback: Callback, more: Partial<Parameters<typeof fakeFit>[0]> = {}): Promise<string[]> {
  const lines: string[] = []
  await fit([callback, { order: 99, after_fit: learn => void lines.push(...saidTo(learn)) }], more)
  return lines
}

const makers: [string, (options: object) => Callback][] = [
  ['EarlyStopping', options => new EarlyStopping({ log, ...options })],
  ['ReduceLROnPlateau', options => new ReduceLROnPlateau({ log, ...options })],
  ['SaveModel', options => new SaveModel(store, { log, ...options })],
]

it.each(makers)('%s without validation is refused before the first batch', async (name, make) => {
  const metrics = { accuracy: () => 1 }
  for (const monitor of ['valid_loss', 'accuracy'])
    await expect(fit([make({ monitor }), trained], { metrics, better: { accuracy: 'higher' } })).rejects.toThrow(
      new RegExp(`^${name} watches ${monitor}, .*no validation set.*valid_pct.*monitor: 'train_loss'`),
    )
  await fit([make({ monitor: 'train_loss' })])
  await fit([make({})], { lr_finding: true })
})

it.each(makers)('%s of a figure that is not there is refused with the one that was meant', async (_, make) => {
  const more = { valid_loss: () => 1, metrics: { accuracy: () => 1 } }
  await expect(fit([make({ monitor: 'val_loss' }), trained], more)).rejects.toThrow(
    'There is no val_loss to monitor. Did you mean valid_loss? This fit has train_loss, valid_loss, accuracy;',
  )
})

it.each([
  ['loss', 'train_loss'],
  ['val_loss', 'valid_loss'],
  ['val_accuracy', 'accuracy'],
  ['val_mae', 'mae'],
  ['valid_mae', 'mae'],
  ['acuracy', 'accuracy'],
])("Keras's %s, or a misspelt name, is answered with %s", async (monitor, meant) => {
  const more = { valid_loss: () => 1, metrics: { accuracy: () => 1, mae: () => 1 } }
  await expect(fit([new EarlyStopping({ monitor }), trained], more)).rejects.toThrow(
    `no ${monitor} to monitor. Did you mean ${meant}?`,
  )
})

it('options of Keras and fastai 1 are answered with ours, and a name that names no file is refused', () => {
  expect(() => new EarlyStopping({ restore_best_weights: true } as never)).toThrow('Did you mean restore_best?')
  expect(() => new SaveModel(store, { initial_value_threshold: 1 } as never)).toThrow('Did you mean best?')
  expect(() => new SaveModel(store, { filepath: 'x' } as never)).toThrow('Did you mean fname?')
  expect(() => new SaveModel(store, { every: 'epoch' } as never)).toThrow('Did you mean every_epoch?')
  expect(() => new SaveModel(store, { restore_best: 'yes' } as never)).toThrow('restore_best must be true or false')
  for (const fname of ['', 'runs/']) expect(() => new SaveModel(store, { fname })).toThrow('names no file')
  expect(() => new SaveModel('best' as never)).toThrow("comes first, but got 'best': new SaveModel(learn,")
})

it('a SaveModel that needs no figure needs no validation', async () => {
  const saved: string[] = []
  const keeping = { save: (name: string) => void saved.push(name), load() {} }
  await fit([new SaveModel(keeping, { every_epoch: 2, log })])
  await fit([new SaveModel(keeping, { at_end: true, log })])
  expect(saved).toEqual(['model_0', 'model_2', 'model'])
})

it('a tracker that cannot act in this fit says so', async () => {
  const more = { valid_loss: () => 1 }
  expect(await said(new EarlyStopping({ patience: 2, log }), more)).toEqual([])
  expect(await said(new EarlyStopping({ patience: 3, log }), more)).toEqual([expect.stringMatching(/cannot end this fit: 3 of/)])
  expect(await said(new EarlyStopping({ patience: 3, best: 0.5, log }), more)).toEqual([])
  expect(await said(new EarlyStopping({ patience: 3, restore_best: true, log }), more)).toEqual([])
  expect(await said(new EarlyStopping({ patience: 3, log }), { ...more, n_epoch: 1 })).toEqual([])
  expect(await said(new EarlyStopping({ start_from_epoch: 3, log }), more)).toEqual([expect.stringMatching(/cannot end.*: 0 of/)])
  expect(await said(new ReduceLROnPlateau({ patience: 4, log }), more)).toEqual([
    expect.stringMatching(/too few for its patience/),
  ])
  expect(await said(new ReduceLROnPlateau({ min_lr: 2, log }), more)).toEqual([expect.stringMatching(/rate 1: min_lr is 2/)])
})

it('a tracker whose figure never came says so', async () => {
  const skip: Callback = { order: 1, after_validate: learn => void delete learn.values['valid_loss'] }
  const lines: string[] = []
  const listen: Callback = { order: 99, after_fit: learn => void lines.push(...saidTo(learn)) }
  await fit([skip, new SaveModel(store, { log }), listen], { valid_loss: () => 1 })
  expect(lines).toEqual(['SaveModel could do nothing: none of the 3 epochs had a valid_loss.'])
  lines.length = 0
  await fit([new SaveModel(store, { log }), listen], { valid_loss: () => Number.NaN })
  expect(lines).toEqual(['SaveModel could do nothing: none of the 3 epochs had a valid_loss that is a number.'])
})

it('min_lr never raises a rate', async () => {
  const opt = new FakeOptimizer({ lr: [0.01, 1] }, 2)
  await fit([new ReduceLROnPlateau({ min_lr: 0.1, factor: 2, log })], { opt, valid_loss: epoch => epoch, n_epoch: 2 })
  expect(opt.get('lr')).toEqual([0.01, 0.5])
})
