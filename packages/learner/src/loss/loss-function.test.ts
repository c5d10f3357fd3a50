import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { tensorsLeftBy } from '../testing/numerical.js'
import { useCpu } from '../testing/tiny.js'
import { binary_cross_entropy, probability_binary_cross_entropy } from './binary-cross-entropy.js'
import { cross_entropy, probability_cross_entropy } from './cross-entropy.js'
import { lossFunction } from './loss-function.js'
import { mae, mse } from './regression.js'

beforeAll(useCpu)

const losses = [cross_entropy, probability_cross_entropy, binary_cross_entropy, probability_binary_cross_entropy, mse, mae]

describe.each(losses.map(loss => ({ loss })))('$loss.name', ({ loss }) => {
  it('leaves nothing behind but the loss, whether it is given, differentiated or refused', () => {
    const [pred, target, wrong] = [tf.fill([2, 3], 0.5), tf.ones([2, 3]), tf.ones([2, 2])]
    expect(tensorsLeftBy(() => loss(pred, target))).toBe(1)
    expect(tensorsLeftBy(() => tf.grad(x => loss(x, target))(pred))).toBe(1)
    expect(tensorsLeftBy(() => loss(pred, wrong))).toBe(0)
  })

  it('refuses several outputs', () => {
    const x = tf.zeros([2, 2])
    expect(() => loss([x, x], x)).toThrow(`${loss.name} compares one tensor of predictions with one of targets, but got 2 and 1`)
  })
})

it('gives a loss its name, and how predictions are to be read where there is a way', () => {
  const plain = lossFunction('plain', pred => tf.mean(pred))
  expect([plain.name, 'activation' in plain]).toEqual(['plain', false])
  expect(lossFunction('read', pred => tf.mean(pred), { activation: tf.sigmoid }).activation).toBe(tf.sigmoid)
})
