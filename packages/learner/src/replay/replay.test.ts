// Alone: it starts the wasm backend.
import '@onecycle/backend/wasm'
import type { Callback } from '@onecycle/callbacks'
import type { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, layers } from '@tensorflow/tfjs-layers'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accelerate } from '../accelerate.js'
import { Checkpoint } from '../checkpoint/checkpoint-callback.js'
import { ActivationStats, GradientStats, LeakGuard, Profiler } from '../inspect/index.js'
import { Learner, type LearnerOptions } from '../learner.js'
import { lossFunction } from '../loss/loss-function.js'
import { BnFreeze, EMA, GradientAccumulation, GradientClip, MixUp, SWA } from '../technique/index.js'
import {
  again,
  counted,
  dense,
  fill,
  fit,
  mlp,
  networks,
  passed,
  points,
  resetCounts,
  stack,
  type Train,
  texts,
  trained,
  transformer,
} from '../testing/replayed-networks.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { type Replay, setReplay } from './seam.js'
import { replay } from './steps.js'

beforeAll(async () => {
  await tf.setBackend('wasm')
  await accelerate()
})

beforeEach(() => {
  resetCounts()
})
afterEach(() => setReplay(replay))

describe('trains to the same bits', () => {
  it.each(Object.keys(networks))('%s', async name => {
    const make = networks[name]!
    const before = tf.memory().numTensors
    const usual = await trained(make, undefined, fit)
    expect(usual.losses.length).toBe(12)
    expect(await trained(make, counted, fit)).toEqual(usual)
    // One batch of each size shows what is to be done.
    expect([passed, again]).toEqual([2, 10])
    expect(tf.memory().numTensors).toBe(before)
  })

  const freezing: Train = async learn => {
    const [first] = (learn.model as LayersModel).layers
    first!.trainable = false
    await learn.fit(1e-2, 1)
    first!.trainable = true
    await learn.fit(1e-3, 1)
  }
  const searching: Train = async learn => {
    await learn.lr_find({ num_it: 8 })
    await fit(learn)
  }
  const each = (work: (learn: Learner) => void): Callback<Learner> => ({ name: 'each', after_batch: work })

  it.each<[string, () => Callback<Learner>[], Train, expected: [passed: number, again: number]]>([
    ['accumulated gradients', () => [new GradientAccumulation({ n_acc: 8 })], fit, [2, 10]],
    ['clipped gradients', () => [new GradientClip({ max_norm: 0.5 })], fit, [2, 10]],
    ['averaged weights', () => [new EMA({ decay: 0.5 })], fit, [2, 10]],
    ['weights averaged over epochs', () => [new SWA({ swa_start: 1 })], fit, [2, 10]],
    ['gradients that are looked at', () => [new GradientStats({ every: 1 })], fit, [2, 10]],
    ['a look for leaks', () => [new LeakGuard()], fit, [12, 0]],
    ['mixed samples', () => [new MixUp()], fit, [12, 0]],
    ['activations that are looked at', () => [new ActivationStats({ every: 1 })], fit, [12, 0]],
    ['a profile', () => [new Profiler()], fit, [12, 0]],
    ['batch norm that stands still', () => [new BnFreeze()], fit, [2, 10]],
    ['frozen layers', () => [], freezing, [4, 8]],
    ['a search for the rate', () => [], searching, [2, 18]],
    [
      'a field of a layer that is changed',
      () => [
        each(
          ({ model, train_iter }) =>
            void (train_iter === 7 && Object.assign((model as LayersModel).layers[1]!, { momentum: 0.5 })),
        ),
      ],
      fit,
      [4, 8],
    ],
    [
      'a layer that is called otherwise for three batches',
      () => {
        const watch = (layer: { call?: unknown }, call: unknown) => (call ? Object.assign(layer, { call }) : delete layer.call)
        return [
          each(({ model, train_iter, training }) => {
            const layer = (model as LayersModel).layers[0]! as { call?: unknown }
            const { call } = Object.getPrototypeOf(layer) as { call: (this: unknown, ...args: unknown[]) => tf.Tensor }
            if (training && train_iter === 2) watch(layer, (...args: unknown[]) => tf.mul(call.apply(layer, args), 2))
            if (training && train_iter === 5) watch(layer, undefined)
          }),
        ]
      },
      fit,
      [7, 5],
    ],
  ])('%s', async (_, callbacks, train, expected) => {
    const make = networks['dense, with batch norm']!
    const usual = await trained(make, undefined, train, callbacks)
    expect(await trained(make, counted, train, callbacks)).toEqual(usual)
    expect([passed, again]).toEqual(expected)
  })
})

/** Counts in an object, which no field shows. */
class Softmax extends layers.Layer {
  static className = 'Softmax'
  readonly #n = { value: 0 }
  override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul([x].flat()[0]!, 1 + ++this.#n.value / 50)
  }
}
tf.serialization.registerClass(Softmax)

describe('runs nothing again', () => {
  const layer = () => new Counting({ inputShape: [5] } as never) as never
  it.each<[string, () => LayersModel, LearnerOptions & { data?: DataBunch }]>([
    [
      "of a loss of one's own",
      mlp,
      {
        loss: lossFunction('mine', (pred, y) =>
          tf.neg(tf.sum(tf.mul(tf.logSoftmax(pred), tf.oneHot(tf.cast(y, 'int32'), 3)), -1)),
        ),
      },
    ],
    ["of a layer of one's own", () => stack(layer(), dense(3)), {}],
    [
      'of one that has the name of a layer of TensorFlow.js',
      () => stack(dense(4, { inputShape: [5] }), new Softmax() as never, dense(3)),
      {},
    ],
    [
      'of layers that draw by seeds of their own',
      () => stack(dense(4, { inputShape: [5] }), layers.dropout({ rate: 0.5, seed: 4 }) as never, dense(3)),
      {},
    ],
    ['of attention with dropout', () => transformer(0.1), { data: texts() }],
    ['of penalties', () => stack(dense(3, { inputShape: [5], kernelRegularizer: 'l1l2' })), {}],
  ])('%s', async (_, model, options) => {
    const { data = points(), ...rest } = options
    const make = () => ({ data, model: model(), options: rest })
    const usual = await trained(make, undefined, fit)
    expect(await trained(make, counted, fit)).toEqual(usual)
    expect([passed, again]).toEqual([12, 0])
  })
})

/** A layer that counts its calls. */
class Counting extends layers.Layer {
  static readonly className = 'Counting'
  #calls = 0
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, ++this.#calls)
  }
}

describe('what goes wrong', () => {
  const broken = async (how: Replay | undefined, spoil: (learn: Learner) => void) => {
    setReplay(how)
    const model = mlp()
    fill(model)
    const learn = new Learner(points(), model, { progress: false, seed: 5, log: false })
    const before = tf.memory().numTensors
    const spoiling: Callback<Learner> = { name: 'spoiling', before_batch: learn => void (learn.train_iter === 4 && spoil(learn)) }
    const error = await learn.fit(1e-2, 1, { callbacks: [spoiling] }).catch(error => error as Error)
    const left = tf.memory().numTensors - before
    learn.dispose()
    model.dispose()
    return { message: (error as Error).message, name: (error as Error).name, left }
  }

  it.each<[string, (learn: Learner) => void, RegExp]>([
    [
      'a label that is no class',
      learn => Object.assign(learn, { yb: tf.tensor1d([0, 1, 7, 2], 'int32') }),
      /the label 7 \(sample 2/,
    ],
    ['a batch that is not finite', learn => Object.assign(learn, { xb: tf.fill([4, 5], Number.NaN) }), /became NaN/],
    ['an input that is disposed', learn => (learn.xb as tf.Tensor).dispose(), /disposed|undefined/],
  ])('is told as ever: %s', async (_, spoil, message) => {
    const usual = await broken(undefined, spoil)
    expect(usual.message).toMatch(message)
    expect(await broken(counted, spoil)).toEqual(usual)
    expect(again).toBeGreaterThan(2)
  })

  it.each(['convolutions with batch norm', 'dropout'])('is tried the usual way: memory that is full, %s', async name => {
    const { wasm } = tf.backend() as unknown as { wasm: { _malloc(bytes: number): number } }
    const allocate = wasm._malloc
    let calls = 0
    const full: Replay = (learn, pass) => {
      const before = passed
      wasm._malloc = bytes => {
        if (passed === before && [40, 99].includes(++calls)) throw new Error('full')
        return allocate(bytes)
      }
      try {
        return counted(learn, pass)
      } finally {
        wasm._malloc = allocate
      }
    }
    const make = networks[name]!
    const usual = await trained(make, undefined, fit)
    const tensors = tf.memory().numTensors
    expect(await trained(make, full, fit)).toEqual(usual)
    expect(passed).toBeGreaterThan(2)
    expect(again).toBeGreaterThan(0)
    expect(tf.memory().numTensors).toBe(tensors)
  })
})

it('goes on from a checkpoint to the same bits', async () => {
  const dir = await temporaryFolder()
  const whole = await trained(networks['residual']!, undefined, learn => learn.fit(1e-2, 2))
  const stopped = new AbortController()
  const stop: Callback<Learner> = {
    name: 'stop',
    after_batch: ({ train_iter }) => void (train_iter === 8 && stopped.abort(new Error('stop'))),
  }
  const save = () => new Checkpoint({ dir, every: { batches: 1 } })
  await trained(networks['residual']!, counted, learn =>
    learn.fit(1e-2, 2, { callbacks: [save(), stop], signal: stopped.signal }).catch(() => {}),
  )
  const resumed = await trained(networks['residual']!, counted, learn => learn.fit(1e-2, 2, { resume: dir, callbacks: [save()] }))
  expect(resumed).toEqual(whole)
  expect(again).toBe(8)
})

it('keeps memory flat', async () => {
  const { model, data } = networks['convolutions with batch norm']!()
  const learn = new Learner(data, model, { progress: false, seed: 5, log: false })
  const backend = tf.backend() as unknown as { numDataIds(): number }
  const counts = new Set<string>()
  const count = ({ training, iter }: Learner) => {
    if (training && iter === 3) counts.add(`${tf.memory().numTensors} ${tf.memory().numBytes} ${backend.numDataIds()}`)
  }
  await learn.fit(1e-3, 20, { callbacks: [{ name: 'count', after_batch: count }] })
  expect([...counts].length).toBe(1)
  learn.dispose()
  model.dispose()
})
