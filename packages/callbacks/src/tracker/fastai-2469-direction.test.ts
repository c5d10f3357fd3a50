import { expect, it } from 'vitest'
import type { Callback } from '../callback.js'
import { FakeOptimizer, fakeFit } from '../testing/fake-learner.js'
import type { Better } from '../training-state.js'
import { EarlyStopping, type MonitorOptions, ReduceLROnPlateau, SaveModel } from './index.js'

const log = () => {}

/** The epochs at which SaveModel saves a fit with this metric. */
async function savedAt(values: readonly number[], better: Better | undefined, options: MonitorOptions = {}, name = 'rmse') {
  const saved: number[] = []
  const store = { save: () => void saved.push(epoch), load() {} }
  let epoch = -1
  const counter: Callback = {
    before_epoch(learn) {
      epoch = learn.epoch
    },
  }
  await fakeFit({
    n_epoch: values.length,
    n_batches: 1,
    opt: new FakeOptimizer({ lr: 1 }),
    valid_loss: () => 1,
    metrics: { [name]: i => values[i]! },
    ...(better && { better: { [name]: better } }),
    callbacks: [counter, new SaveModel(store, { monitor: name, log, ...options })],
  })
  return saved
}

it('a metric says which way it is better, whatever it is called', async () => {
  const values = [3, 2, 4, 1]
  for (const name of ['rmse', 'accuracy', 'error_rate', 'my_loss']) {
    if (name !== 'my_loss') expect(await savedAt(values, 'lower', {}, name)).toEqual([0, 1, 3])
    if (name !== 'my_loss') expect(await savedAt(values, 'higher', {}, name)).toEqual([0, 2])
  }
})

it.each<[MonitorOptions, number[]]>([
  [{ mode: 'min' }, [0, 1, 3]],
  [{ mode: 'max' }, [0, 2]],
  [{ comp: 'less' }, [0, 1, 3]],
  [{ comp: 'greater' }, [0, 2]],
  [{ comp: 'less', mode: 'min' }, [0, 1, 3]],
  [{ comp: 'greater', mode: 'auto' }, [0, 2]],
])('the tracker can be told: %o', async (options, saved) => {
  expect(await savedAt([3, 2, 4, 1], undefined, options)).toEqual(saved)
})

it.each([
  ['EarlyStopping', (options: MonitorOptions) => new EarlyStopping(options)],
  ['ReduceLROnPlateau', (options: MonitorOptions) => new ReduceLROnPlateau(options)],
  ['SaveModel', (options: MonitorOptions) => new SaveModel({ save() {}, load() {} }, options)],
])('%s refuses before the first batch what it could only guess, and names the ways to say it', async (name, make) => {
  for (const options of [{}, { mode: 'auto' as const }]) {
    const opt = new FakeOptimizer({ lr: 1 })
    const callbacks = [make({ monitor: 'f1', ...options }), { before_batch: () => expect.fail('a batch was trained') }]
    const fit = fakeFit({ n_epoch: 2, n_batches: 1, callbacks, opt, valid_loss: () => 1, metrics: { f1: () => 1 } })
    await expect(fit).rejects.toThrow(
      new RegExp(`^${name} watches f1, and nobody says which way it is better.*better: 'lower'.*mode: 'min'.*comp: 'less'`),
    )
  }
  expect(() => make({ comp: 'less', mode: 'max' })).toThrow("comp is 'less' and mode 'max', which contradict each other")
  expect(() => make({ mode: 'lower' as never })).toThrow("mode must be one of 'min', 'max', 'auto', but it is 'lower'")
  expect(() => make({ best: Number.NaN })).toThrow('best must be a number')
})
