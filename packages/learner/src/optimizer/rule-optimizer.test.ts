import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { adam, type OptimizerFactory, type Parameter, sgd } from './index.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

function parameter(name: string, values: number[], kind: Parameter['kind'] = 'weight'): Parameter {
  return { name, variable: tf.tidy(() => tf.variable(tf.tensor1d(values))), kind }
}

describe.each<[string, OptimizerFactory]>([
  ['sgd', sgd()],
  ['sgd with momentum', sgd({ mom: 0.9 })],
  ['adam', adam()],
])('%s', (_name, factory) => {
  it('minimizes a quadratic, leaks nothing, and frees its state', () => {
    const before = tf.memory().numTensors
    const w = parameter('w', [3, -2, 1])
    const target = tf.tensor1d([1, 2, 0.5])
    const difference = () => tf.sub(w.variable as tf.Tensor, target)
    const optimizer = factory([[w]], { wd: 0 })
    optimizer.set('lr', 0.05)
    let held = 0
    for (let i = 0; i < 300; i++) {
      const gradient = tf.tidy(() => tf.mul(difference(), 2))
      optimizer.step({ w: gradient })
      gradient.dispose()
      if (i === 0) held = tf.memory().numTensors
    }
    expect(tf.memory().numTensors).toBe(held)
    expect(tf.tidy(() => tf.sum(tf.square(difference())).dataSync()[0])).toBeLessThan(1e-3)
    optimizer.dispose()
    tf.dispose([w.variable as tf.Tensor, target])
    expect(tf.memory().numTensors).toBe(before)
  })
})
