import { join } from 'node:path'
import { type Callback, CancelFit } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { memory, train } from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { weightsOf } from '../model/parameters.js'
import { adam, lookahead, radam, sgd } from '../optimizer/index.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { points, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const weights = (learn: Learner) => weightsOf(learn.model).flatMap(({ variable }) => [...variable.dataSync()])

/** A Learner with all that is random in a run: the order of the data, and dropout. */
function make(options: LearnerOptions = {}, data = points({ train: 14 })): Learner {
  const kernelInitializer = initializers.glorotUniform({ seed: 1 })
  const model = sequential({
    layers: [
      layers.dense({ units: 6, inputShape: [2], activation: 'relu', kernelInitializer }),
      layers.batchNormalization(),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 2, kernelInitializer }),
    ],
  })
  return new Learner(data, model, { seed: 5, progress: false, log: false, ...options })
}

type Fit = (learn: Learner, options: { start_epoch?: number; callbacks?: Callback<Learner>[] }) => Promise<unknown>

const oneCycle: Fit = (learn, options) => learn.fit_one_cycle(4, 1e-2, options)
const stopAfterTwo: Callback = {
  order: 70,
  after_epoch({ epoch }) {
    if (epoch === 1) throw new CancelFit()
  },
}

const ways: [string, Fit, () => LearnerOptions['optimizer']][] = [
  ['fit_one_cycle, adam', oneCycle, () => adam()],
  ['fit_one_cycle, sgd', oneCycle, () => sgd({ mom: 0.9 })],
  ['fit_one_cycle, tf.train.adam', oneCycle, () => train.adam(0.01)],
  ['fit_flat_cos, lookahead', (learn, options) => learn.fit_flat_cos(4, 1e-2, options), () => lookahead(radam())],
  ['fit_sgdr, sgd', (learn, options) => learn.fit_sgdr(2, 1, 1e-2, { ...options, cycle_mult: 3 }), () => sgd({ mom: 0.9 })],
  ['fit, adam', (learn, options) => learn.fit(1e-2, 4, options), () => adam()],
]

describe.each(ways)('%s', (_, fit, optimizer) => {
  it('stopped after two of four epochs, saved, and loaded in another Learner, ends at the bits of one run', async () => {
    const path = join(await temporaryFolder(), 'half')
    const whole = make({ optimizer: optimizer() })
    await fit(whole, {})

    const half = make({ optimizer: optimizer() })
    await fit(half, { callbacks: [stopAfterTwo] })
    await half.save(path)
    const rest = await make({ optimizer: optimizer(), seed: 6 }).load(path)
    expect(rest.loaded).toMatchObject({ optimizer: true, order: true, missing: [], unexpected: [] })
    await fit(rest, { start_epoch: 2 })
    expect(weights(rest)).toEqual(weights(whole))
  })

  it('goes on just so from a file that was written within a fit, at the end of an epoch', async () => {
    const path = join(await temporaryFolder(), 'half')
    const whole = make({ optimizer: optimizer() })
    const saving: Callback<Learner> = { after_epoch: async learn => void (learn.epoch === 1 && (await learn.save(path))) }
    await fit(whole, { callbacks: [saving] })
    const undisturbed = make({ optimizer: optimizer() })
    await fit(undisturbed, {})
    expect(weights(whole)).toEqual(weights(undisturbed))
    const rest = await make({ optimizer: optimizer() }).load(path)
    await fit(rest, { start_epoch: 2 })
    expect(weights(rest)).toEqual(weights(whole))
  })
})

it('stateful layers go on with what they remember, or say that they do not', async () => {
  const recurrent = (bs: number, said: string[] = []) => {
    const kernelInitializer = initializers.glorotUniform({ seed: 1 })
    const recurrentInitializer = initializers.orthogonal({ seed: 1 })
    const lstm = layers.lstm({ units: 3, stateful: true, batchInputShape: [bs, 2, 1], kernelInitializer, recurrentInitializer })
    const model = sequential({ layers: [lstm, layers.dense({ units: 1, kernelInitializer })] })
    const x = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i))
    const data = DataBunch.from_arrays({ x, shape: [2, 1], y: new Float32Array(8).fill(1), bs, seed: 1 })
    return new Learner(data, model, { progress: false, log: line => said.push(line) })
  }
  const path = join(await temporaryFolder(), 'half')
  const whole = recurrent(4)
  const saving: Callback<Learner> = { after_epoch: async learn => void (learn.epoch === 1 && (await learn.save(path))) }
  await whole.fit_one_cycle(4, 1e-2, { callbacks: [saving] })
  const rest = await recurrent(4).load(path)
  await rest.fit_one_cycle(4, 1e-2, { start_epoch: 2 })
  expect(weights(rest)).toEqual(weights(whole))

  const said: string[] = []
  const other = recurrent(2, said)
  const made = memory().numTensors
  await other.load(path, { with_opt: false })
  expect(said).toEqual([])
  await other.load(path)
  expect(said.join()).toMatch(/stateful layers remember did not go on .* the states \[4,3\] \[4,3\], the model \[2,3\] \[2,3\]/)
  other.opt.dispose()
  expect(memory().numTensors - made).toBe(0)
})

it('of a file that was written inside an epoch the next fit begins that pass anew, and this is said', async () => {
  const path = join(await temporaryFolder(), 'half')
  const orders: number[][] = []
  const watch: Callback<Learner> = {
    before_batch(learn) {
      if (learn.training) orders.push([...(learn.xb as { dataSync(): Float32Array }).dataSync()])
    },
  }
  const learn = make()
  const saving: Callback<Learner> = {
    run_valid: false,
    after_batch: async l => void (l.epoch === 1 && l.iter === 1 && (await l.save(path))),
  }
  await learn.fit(1e-2, 2, { callbacks: [saving, watch] })
  const second = orders.slice(3)
  orders.length = 0
  const said: string[] = []
  const again = await make({ log: line => said.push(line) }).load(path)
  await again.fit(1e-2, 2, { start_epoch: 1, callbacks: [watch] })
  expect(said).toEqual([expect.stringMatching(/inside an epoch, after 2 of its batches: the next fit begins that pass anew/)])
  expect(orders).toEqual(second)
})

it('a file loaded for other data takes weights and optimizer, and leaves what is random as it is, which is said', async () => {
  const path = join(await temporaryFolder(), 'model')
  const learn = make()
  await learn.fit(1e-2, 1)
  await learn.save(path)
  const said: string[] = []
  const other = await make({ seed: 6, log: line => said.push(line) }, points({ train: 9, bs: 3 })).load(path)
  expect(said).toEqual([expect.stringMatching(/order of the training data did not go on .* 9 samples in batches of 3/)])
  expect(other.loaded).toMatchObject({ optimizer: true, order: false })
  expect(other.seed).toBe(6)
  expect(weights(other)).toEqual(weights(learn))
})

it('weights alone move neither the order of the data nor what else is random', async () => {
  const path = join(await temporaryFolder(), 'model')
  const learn = make()
  await learn.fit(1e-2, 1)
  await learn.save(path)
  await learn.fit(1e-2, 1)
  const before = [learn.data.train_dl.state(), learn.random.state()]
  await learn.load(path, { with_opt: false })
  expect([learn.data.train_dl.state(), learn.random.state()]).toEqual(before)
  await learn.load(path)
  expect([learn.data.train_dl.state(), learn.random.state()]).not.toEqual(before)
})
