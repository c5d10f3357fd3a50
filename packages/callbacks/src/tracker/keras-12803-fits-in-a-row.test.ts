import { expect, it } from 'vitest'
import type { Callback } from '../callback.js'
import { FakeOptimizer, fakeFit } from '../testing/fake-learner.js'
import type { TrainingState, Weights } from '../training-state.js'
import { EarlyStopping, type ModelStore, ReduceLROnPlateau, SaveModel, type SaveModelOptions } from './index.js'

const log = () => {}
const weights = (value: number): Weights => ({ w: { shape: [1], values: Float32Array.of(value) } })

/** A fit whose weights are its validation losses; returns how it ended, and the weights that the model has then. */
async function fit(callback: Callback, valid: readonly number[], { opt = new FakeOptimizer({ lr: 1 }) } = {}) {
  let learner!: TrainingState
  const model: Callback = {
    order: 1,
    before_fit(learn) {
      learner = learn
    },
    after_validate: learn => learn.setWeights(weights(learn.values['valid_loss']!)),
  }
  const valid_loss = (epoch: number) => valid[epoch]!
  const run = await fakeFit({ n_epoch: valid.length, n_batches: 1, opt, valid_loss, callbacks: [model, callback] })
  return { ...run, left: (await learner.getWeights())['w']!.values[0], said: (learner as unknown as { said: string[] }).said }
}

/** Files by name, as a Learner's store would keep them. */
function store() {
  const files = new Map<string, Readonly<Record<string, string>>>()
  const calls: string[] = []
  const kept: ModelStore = {
    save: (name, { metadata = {} }) => {
      files.set(name, metadata)
      calls.push(`save ${metadata['value']}`)
    },
    load: name => void calls.push(`load ${files.get(name)!['value']}`),
    metadataOf: async name => files.get(name),
  }
  return { ...kept, files, calls }
}

const saving = (to: ModelStore, options: SaveModelOptions = {}) => new SaveModel(to, { log, ...options })

it('the best of two fits is reloaded, though the first one saved it', async () => {
  const kept = store()
  const best = saving(kept, { reset_on_fit: false })
  await fit(best, [0.3, 0.2])
  await fit(best, [0.9, 0.8])
  expect(kept.calls).toEqual(['save 0.3', 'save 0.2', 'load 0.2', 'load 0.2'])
  expect(best.monitor.best).toBe(0.2)
})

it('a new process goes on from the file, by reset_on_fit: false or by the best value so far', async () => {
  const kept = store()
  await fit(saving(kept), [0.3, 0.2])
  kept.calls.length = 0
  await fit(saving(kept, { reset_on_fit: false }), [0.9, 0.8])
  expect(kept.calls).toEqual(['load 0.2'])
  await fit(saving(kept, { best: 0.2 }), [0.9, 0.8])
  expect(kept.calls).toEqual(['load 0.2'])
  await fit(saving(kept, { reset_on_fit: false }), [0.9, 0.1])
  expect(kept.calls).toEqual(['load 0.2', 'save 0.1', 'load 0.1'])
  await fit(saving(kept), [0.9])
  expect(kept.calls.slice(3)).toEqual(['save 0.9', 'load 0.9'])
})

it('a file of another figure, of another direction, or that says nothing is refused before the first batch', async () => {
  const kept = store()
  await fit(saving(kept, { monitor: 'train_loss' }), [1])
  await expect(fit(saving(kept, { reset_on_fit: false }), [1])).rejects.toThrow(
    /best model by train_loss .*now valid_loss is watched/,
  )
  await expect(fit(saving(kept, { reset_on_fit: false, monitor: 'train_loss', mode: 'max' }), [1])).rejects.toThrow(
    /train_loss \(lower is better\).*train_loss is watched \(higher is better\)/,
  )
  kept.files.set('model', {})
  await expect(fit(saving(kept, { reset_on_fit: false }), [1])).rejects.toThrow(/does not say how good its model is.*best: 0.25/)
  const damaged = { ...kept, metadataOf: () => Promise.reject(new Error('truncated')) }
  await expect(fit(saving(damaged, { reset_on_fit: false }), [1])).rejects.toThrow('truncated')
})

it('a best that could not be saved is not taken for the best', async () => {
  const kept = store()
  const best = saving({ ...kept, save: () => Promise.reject(new Error('disk full')) }, { reset_on_fit: false })
  await expect(fit(best, [0.2])).rejects.toThrow('disk full')
  expect(best.monitor.known).toBe(false)
})

it('patience goes on in the next fit, or begins anew, as was said', async () => {
  const going = new EarlyStopping({ patience: 3, reset_on_fit: false, log })
  expect((await fit(going, [1, 2, 2])).epochs).toBe(3)
  expect((await fit(going, [2, 2, 2])).epochs).toBe(1)
  const anew = new EarlyStopping({ patience: 3, log })
  expect((await fit(anew, [1, 2, 2])).epochs).toBe(3)
  expect((await fit(anew, [2, 2, 2])).epochs).toBe(3)
  const plateau = new ReduceLROnPlateau({ patience: 3, factor: 2, reset_on_fit: false, log })
  const opt = new FakeOptimizer({ lr: 1 })
  await fit(plateau, [1, 2, 2], { opt })
  expect(opt.get('lr')).toEqual([1])
  await fit(plateau, [2], { opt })
  expect(opt.get('lr')).toEqual([0.5])
})

it('what a tracker knows is taken up in another process, whatever reset_on_fit says', async () => {
  for (const make of [
    () => new EarlyStopping({ patience: 3, restore_best: true, log }),
    () => new ReduceLROnPlateau({ patience: 3, restore_best: true, log }),
    () => saving(store(), { restore_best: true }),
  ]) {
    const first = make()
    await fit(first, [1, 0.25, 2, 2])
    const again = make()
    again.restore(structuredClone(first.state()) as never)
    expect(again.state()).toEqual(first.state())
    expect((await fit(again, [3])).left).toBe(0.25)
    expect(again.monitor.best).toBe(0.25)
    const { monitor, ...others } = first.state()
    expect(() => make().restore({ ...others, monitor: 'train_loss' } as never)).toThrow(
      /what is known of train_loss.*watches valid_loss/,
    )
  }
  const good = { monitor: 'valid_loss', best: null, better: null, wait: 0 }
  for (const junk of [
    undefined,
    null,
    {},
    3,
    { ...good, best: 'x' },
    { ...good, better: 'less' },
    { ...good, wait: -1 },
    { ...good, epochs: {} },
    { ...good, epochs: 3 },
  ])
    expect(() => new EarlyStopping().restore(junk as never)).toThrow(
      /EarlyStopping was to restore .*pass what its state\(\) gave/,
    )
  const state = JSON.parse(JSON.stringify(new EarlyStopping().state()))
  expect(state).toEqual({ monitor: 'valid_loss', best: null, better: null, wait: 0, epochs: { all: 0, measured: 0, finite: 0 } })
  const stopped = new EarlyStopping({ patience: 2, log })
  stopped.restore({ monitor: 'valid_loss', best: 0.5, better: 'lower', wait: 1 })
  expect((await fit(stopped, [0.6, 0.6])).epochs).toBe(1)
})

it('the note at the end of a fit that goes on counts the epochs before, too', async () => {
  for (const [before, after, said] of [
    [
      [Number.NaN, Number.NaN],
      [Number.NaN],
      ['EarlyStopping could do nothing: none of the 3 epochs had a valid_loss that is a number.'],
    ],
    [[0.5, Number.NaN], [Number.NaN], []],
  ] as const) {
    const [first, again] = [1, 2].map(() => new EarlyStopping({ patience: 9, restore_best: true, log })) as [
      EarlyStopping,
      EarlyStopping,
    ]
    await fit(first, before)
    // As a checkpoint does: when all have begun.
    const resume: Callback = { order: 1e9, before_fit: () => again.restore(first.state()) }
    const begun = again.before_fit.bind(again)
    again.before_fit = learn => {
      begun(learn)
      void resume.before_fit!(learn)
    }
    expect((await fit(again, after)).said).toEqual(said)
  }
})

it.each([
  ['EarlyStopping', (options: object) => new EarlyStopping({ patience: 2, log, ...options })],
  ['ReduceLROnPlateau', (options: object) => new ReduceLROnPlateau({ log, ...options })],
  ['SaveModel', (options: object) => saving(store(), options)],
])('%s with restore_best leaves the best weights, of this fit or of all', async (name, make) => {
  const anew = make({ restore_best: true })
  expect((await fit(anew, [3, 1, 2])).left).toBe(1)
  expect((await fit(anew, [5, 4, 6])).left).toBe(4)
  const going = make({ restore_best: true, reset_on_fit: false })
  await fit(going, [3, 1, 2])
  expect((await fit(going, [5, 4])).left).toBe(1)
  const told = await fit(make({ restore_best: true, best: 0.5 }), [3, 1])
  expect(told).toMatchObject({ left: 1, said: [expect.stringContaining(`${name} has no better weights to put back`)] })
  expect((await fit(make({}), [3, 1, 2])).left).toBe(2)
})

it('restore_best keeps no file, unless one is asked for', async () => {
  const kept = store()
  await fit(saving(kept, { restore_best: true }), [0.3, 0.2])
  expect(kept.calls).toEqual([])
  await fit(saving(kept, { restore_best: true, fname: 'best' }), [0.3, 0.4])
  expect(kept.calls).toEqual(['save 0.3', 'load 0.3'])
  expect((await fit(saving(kept, { restore_best: true, every_epoch: true }), [0.2, 0.3])).left).toBeCloseTo(0.2)
  for (const other of [{ at_end: true }, { reload: false }])
    expect(() => saving(kept, { restore_best: true, ...other })).toThrow('leave out one of them')
})

it('counts from the epoch that it is told to (ourownstory/neural_prophet#1005)', async () => {
  const late = (start_from_epoch: number, more = {}) => new EarlyStopping({ patience: 1, start_from_epoch, log, ...more })
  expect((await fit(late(0), [1, 2, 2, 2])).epochs).toBe(2)
  expect((await fit(late(2), [1, 2, 2, 1.5, 2])).epochs).toBe(5)
  expect((await fit(late(2, { restore_best: true }), [1, 2, 3, 4])).left).toBe(3)
  expect(() => late(-1)).toThrow('start_from_epoch must be a whole number of at least 0')
})
