import type { Callback } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { adam } from '../optimizer/index.js'
import { EMA } from '../technique/ema.js'
import { GradientAccumulation } from '../technique/gradient-accumulation.js'
import { MixUp } from '../technique/mixup.js'
import { mlp, points, useCpu } from '../testing/tiny.js'
import { ActivationStats } from './activation-stats.js'
import { LeakGuard } from './leak-guard.js'

beforeAll(useCpu)

const lines: string[] = []
const make = (model = mlp()) =>
  new Learner(points({ train: 40 }), model, { progress: false, seed: 1, optimizer: adam(), log: line => lines.push(line) })
const kept: tf.Tensor[] = []
const leave = (shape: number[] = [3]) => kept.push(tf.keep(tf.zeros(shape)))
const free = () => tf.dispose(kept.splice(0))

class Careless implements Callback<Learner> {
  readonly name = 'Careless'
  after_batch(): void {
    leave()
    leave([2, 2])
  }
}

/** Leaves a tensor with each call in training. */
class Hoarder extends layers.Layer {
  static className = 'Hoarder'
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = [inputs].flat()
    kept.push(tf.keep(tf.neg(x!)))
    return x!
  }
  override computeOutputShape(shape: never): never {
    return shape
  }
}

describe('LeakGuard', () => {
  it('names a callback, its event and the shapes, once', async () => {
    const guard = new LeakGuard()
    await make().fit(1e-3, 2, { callbacks: [guard, new Careless()] })
    free()
    expect(guard.leaks).toEqual([
      { callback: 'Careless', event: 'after_batch', count: 10, shapes: ['float32 [3]', 'float32 [2, 2]'] },
    ])
    expect(lines.filter(line => line.includes('behind'))).toEqual([
      'Careless.after_batch left 10 tensors behind in 5 batches: float32 [3], float32 [2, 2]. Make what is not kept in tf.tidy, and dispose what is.',
    ])
  })

  it('also one that waits first, and one that leaves a single tensor at the end of an epoch', async () => {
    const slow: Callback<Learner> = {
      name: 'slow',
      async before_batch() {
        await new Promise(resolve => setTimeout(resolve))
        leave()
      },
      after_epoch: () => void leave([7]),
    }
    const guard = new LeakGuard({ patience: 2 })
    await make().fit(1e-3, 1, { callbacks: [guard, slow] })
    free()
    expect(guard.leaks).toMatchObject([
      { callback: 'slow', event: 'before_batch', count: 2, shapes: ['float32 [3]'] },
      { callback: 'slow', event: 'after_epoch', count: 1, shapes: ['float32 [7]'] },
    ])
  })

  it('names a layer', async () => {
    const model = sequential({
      layers: [layers.dense({ units: 4, inputShape: [2] }), new Hoarder({}), layers.dense({ units: 2 })],
    })
    const guard = new LeakGuard()
    await make(model).fit(1e-3, 1, { callbacks: guard })
    free()
    expect(guard.leaks).toMatchObject([{ layer: '1.Hoarder', count: 5, shapes: ['float32 [4, 4]'] }])
  })

  it('tells what neither a callback nor a layer leaves', async () => {
    const loss = Object.assign(
      (pred: tf.Tensor) => {
        leave()
        return tf.mean(pred) as tf.Scalar
      },
      { each: undefined },
    )
    const guard = new LeakGuard()
    const learn = new Learner(points({ train: 40, valid: 0 }), mlp(), { loss: loss as never, progress: false, log: () => {} })
    await learn.fit(1e-3, 1, { callbacks: guard })
    free()
    expect(guard.leaks).toEqual([{ count: 5, shapes: ['float32 [3]'] }])
  })

  it('ends the fit where it is asked to', async () => {
    await expect(make().fit(1e-3, 2, { callbacks: [new LeakGuard({ raise: true }), new Careless()] })).rejects.toThrow(
      /^Careless\.after_batch left 10 tensors behind in 5 batches/,
    )
    free()
  })

  it('has nothing against those who hold, replace and dispose, nor against itself', async () => {
    const learn = make()
    const own = Object.keys(tf.engine())
    const before = tf.memory().numTensors
    const guard = new LeakGuard({ raise: true, patience: 2 })
    const callbacks = () => [
      guard,
      new EMA(),
      new GradientAccumulation({ n_acc: 8 }),
      new MixUp(),
      new ActivationStats({ every: 1 }),
    ]
    for (let fit = 0; fit < 2; fit++) await learn.fit(1e-3, 2, { callbacks: callbacks() })
    expect(guard.leaks).toEqual([])
    expect(learn.bus.around).toBe(undefined)
    expect(learn.bus.callbacks.filter(({ name }) => name === 'LeakGuard')).toEqual([])
    expect(Object.keys(tf.engine())).toEqual(own)
    learn.opt.clear()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('goes away with a fit that fails', async () => {
    const learn = make()
    const failing: Callback = {
      after_pred() {
        throw new Error('no')
      },
    }
    await expect(learn.fit(1e-3, 1, { callbacks: [new LeakGuard({ raise: true }), failing] })).rejects.toThrow('no')
    expect(learn.bus.around).toBe(undefined)
  })

  it.each([{ patience: 0 }, { raise: 1 }, { rise: true }])('refuses %o', options => {
    expect(() => new LeakGuard(options as never)).toThrow(/patience|raise/)
  })
})
