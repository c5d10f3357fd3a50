import { type Callback, CancelBackward } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Learner } from './learner.js'
import { accuracy } from './metric/classification.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

const tensors = () => tf.memory().numTensors

/** What a fit leaves behind, after one that has made the optimizer's memory. */
async function leftBy(callbacks: Callback<Learner>[]): Promise<number> {
  const learn = tinyLearner({ metrics: [accuracy] })
  await learn.fit(1e-2, 1)
  const before = tensors()
  await learn.fit(1e-2, 1, { callbacks })
  return tensors() - before
}

describe('what one callback has put in the place of a tensor and another replaces is disposed:', () => {
  const doubling: Record<string, Callback<Learner>> = {
    inputs: {
      before_batch(learn) {
        learn.xb = tf.mul(learn.xb as tf.Tensor, 2)
      },
    },
    targets: {
      before_batch(learn) {
        learn.yb = tf.clone(learn.yb as tf.Tensor)
      },
    },
    'one gradient after the other': {
      after_backward({ grads }) {
        for (const name in grads) grads[name] = tf.mul(grads[name]!, 2)
      },
    },
    'all gradients': {
      before_step(learn) {
        learn.grads = Object.fromEntries(Object.entries(learn.grads).map(([name, gradient]) => [name, tf.mul(gradient, 2)]))
      },
    },
  }
  it.each(Object.entries(doubling))('%s', async (_, callback) => {
    expect(await leftBy([callback, { ...callback }, { ...callback }])).toBe(0)
  })
})

describe('what a callback puts in the place of a tensor while gradients are recorded outlives the recording:', () => {
  const read = (tensor: tf.Tensor | tf.Tensor[]) => void (tensor as tf.Tensor).dataSync()

  it('targets, in training and in validation', async () => {
    const swap: Callback<Learner> = {
      after_pred(learn) {
        learn.yb = tf.sub(tf.scalar(1, 'int32'), learn.yb as tf.Tensor)
      },
      after_batch: ({ yb }) => read(yb),
    }
    expect(await leftBy([swap])).toBe(0)
  })

  it('a loss, whose backward pass another callback cancels', async () => {
    const seen: [number, number][] = []
    const halve: Callback<Learner> = {
      before_backward(learn) {
        learn.loss = tf.mul(learn.loss, 0.5)
      },
    }
    const cancel: Callback<Learner> = {
      order: 1,
      before_backward() {
        throw new CancelBackward()
      },
      after_backward: ({ loss, lossValue }) => void seen.push([lossValue, loss.dataSync()[0]!]),
    }
    expect(await leftBy([halve, cancel])).toBe(0)
    expect(seen).toHaveLength(2)
    for (const [value, loss] of seen) expect(value).toBe(loss)
  })
})

it('a function in the place of the loss is answered with the option', () => {
  const learn = tinyLearner()
  expect(() => Object.assign(learn, { loss: accuracy })).toThrow('new Learner(data, model, { loss })')
})
