import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, useKernels } from '../../testing/compare.js'

beforeAll(() => useKernels('compiled'))

describe('compiled matMul', () => {
  it('has the values and gradients of cpu for any shape and side transposed', async () => {
    const size = fc.integer({ min: 1, max: 40 })
    const shape = fc.record({
      m: size,
      n: size,
      k: size,
      batch: fc.constantFrom([], [3], [2, 2]),
      left: fc.boolean(),
      right: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(shape, async ({ m, n, k, batch, left, right }) => {
        const a = input([...batch, ...(left ? [k, m] : [m, k])], 1)
        const b = input([...batch, ...(right ? [n, k] : [k, n])], 2)
        await expectSameAsCpu([a, b], (x, y) => tf.matMul(x!, y!, left, right))
        await expectSameGradients([a, b], (x, y) => tf.matMul(x!, y!, left, right))
      }),
      { numRuns: 60, seed: 512 },
    )
  })

  it.each([false, true])('crosses the borders of its blocks, transposed: %s', async transposed => {
    const [m, n, k] = [101, 521, 390]
    await expectSameAsCpu([input(transposed ? [k, m] : [m, k], 1), input(transposed ? [n, k] : [k, n], 2)], (a, b) =>
      tf.matMul(a!, b!, transposed, transposed),
    )
  })

  it('broadcasts batches', async () => {
    await expectSameAsCpu([input([4, 5], 1), input([2, 3, 5, 6], 2)], (a, b) => tf.matMul(a!, b!))
  })

  it('broadcasts batches of both sides, where cpu takes the wrong matrices', async () => {
    await tf.setBackend('wasm')
    tf.tidy(() => {
      const [a, b] = [tf.randomUniform([3, 1, 4, 5]), tf.randomUniform([2, 5, 6])]
      const broadcast = tf.matMul(a, b)
      const tiled = tf.matMul(tf.tile(a, [1, 2, 1, 1]), tf.tile(tf.reshape(b, [1, 2, 5, 6]), [3, 1, 1, 1]))
      expect([...broadcast.dataSync()]).toEqual([...tiled.dataSync()])
    })
  })

  it('reads a reshaped view', async () => {
    await expectSameAsCpu([input([6, 10], 1), input([5, 4], 2)], (a, b) => tf.matMul(tf.reshape(a!, [12, 5]), b!))
  })

  it.each(['linear', 'relu', 'relu6', 'sigmoid'] as const)('adds a bias and applies %s', async activation => {
    await expectSameAsCpu([input([7, 6], 1), input([6, 13], 2), input([13], 3)], (a, b, bias) =>
      tf.fused.matMul({ a: a!, b: b!, bias: bias!, activation }),
    )
  })

  it('takes empty sides', async () => {
    await expectSameAsCpu([input([0, 6]), input([6, 3], 2)], (a, b) => tf.matMul(a!, b!))
    await expectSameAsCpu([input([4, 0]), input([0, 3])], (a, b) => tf.matMul(a!, b!))
  })
})
