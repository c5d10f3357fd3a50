import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, numbers, useKernels } from '../../testing/compare.js'
import { softmaxCrossEntropyName } from './kernel-names.js'

beforeAll(() => useKernels('compiled'))

describe('compiled sums and means', () => {
  it('reduce any axes', async () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 15 }), fc.boolean(), async (shape, mask, keepDims) => {
        const axes = shape.map((_, axis) => axis).filter(axis => mask & (1 << axis))
        await expectSameGradients([input(shape)], x => tf.sum(x!, axes, keepDims))
        await expectSameAsCpu([input(shape)], x => [tf.sum(x!, axes, keepDims), tf.mean(x!, axes, keepDims)], 2e-6)
      }),
      { numRuns: 60, seed: 128 },
    )
  })

  it('can be differentiated twice', async () => {
    for (const f of [tf.sum, tf.mean])
      await expectSameAsCpu([input([3, 4, 2])], x => {
        const inner = tf.grad((z: tf.Tensor) => tf.square(f(tf.square(z), [0, 2], true)))
        return tf.grad((z: tf.Tensor) => tf.square(inner(z)))(x!)
      })
  })

  it.each([
    ['all', [200, 130], [0, 1]],
    ['columns', [26000, 7], [0]],
    ['columns in vectors', [26000, 24], [0]],
    ['rows', [7, 26000], [1]],
  ])('do not drift: %s', async (_, shape, axes) => {
    await tf.setBackend('wasm')
    const values = numbers(tf.util.sizeFromShape(shape), 5).map(value => value + 1.3)
    const [rows, columns] = shape as [number, number]
    const sums = tf.tidy(() => tf.sum(tf.tensor(values, shape), axes).dataSync())
    for (const [i, sum] of sums.entries()) {
      let exact = 0
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++)
          if (axes.length === 2 || i === (axes[0] === 0 ? c : r)) exact += values[r * columns + c]!
      }
      expect(Math.abs(sum / exact - 1)).toBeLessThan(1e-6)
    }
  })

  it('of nothing are 0 and NaN', async () => {
    await expectSameAsCpu([input([0, 3])], x => tf.sum(x!, 0))
    await tf.setBackend('wasm')
    expect(tf.tidy(() => tf.mean(tf.tensor2d([], [0, 2]), 0).dataSync()[0])).toBeNaN()
  })
})

describe('compiled addition', () => {
  it('a bias is added to every row', async () => {
    for (const columns of [1, 4, 7])
      await expectSameGradients([input([3, 5, columns]), input([columns], 2)], (x, b) => tf.add(x!, b!))
  })
})

describe('compiled softmax cross-entropy', () => {
  const run = (logits: tf.Tensor, target: tf.Tensor) =>
    tf.engine().runKernel(softmaxCrossEntropyName, { logits, target }, {}) as unknown as [tf.Tensor, tf.Tensor]

  /** Loss and gradient in float64. */
  const reference = (z: ArrayLike<number>, t: ArrayLike<number>, rows: number, classes: number) => {
    const gradient: number[] = []
    let loss = 0
    for (let i = 0; i < rows; i++) {
      const row = Array.from({ length: classes }, (_, j) => z[i * classes + j]!)
      const wanted = row.map((_, j) => t[i * classes + j]!)
      const most = Math.max(...row)
      const level = most + Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0))
      const weight = wanted.reduce((a, b) => a + b)
      row.forEach((value, j) => {
        loss += (wanted[j]! * (level - value)) / rows
        gradient.push((weight * Math.exp(value - level) - wanted[j]!) / rows)
      })
    }
    return [loss, ...gradient]
  }

  it.each([1, 30, 1000])('has the value and gradient of its definition, logits up to %i', async size => {
    await tf.setBackend('wasm')
    const [rows, classes] = [7, 5]
    const z = numbers(rows * classes, 3).map(value => value * size)
    const soft = numbers(rows * classes, 4).map(value => (value + 1) / 5)
    const hard = Int32Array.from({ length: rows }, (_, i) => i % classes)
    const oneHot = Array.from({ length: rows * classes }, (_, i) => (i % classes === hard[Math.floor(i / classes)] ? 1 : 0))
    const targets = [
      [tf.tensor2d(soft, [rows, classes]), soft],
      [tf.tensor1d(hard, 'int32'), oneHot],
    ] as const
    for (const [target, wanted] of targets) {
      const logits = tf.tensor2d(z, [rows, classes])
      const results = run(logits, target)
      const actual = results.flatMap(tensor => [...tensor.dataSync()])
      for (const [i, value] of reference(z, wanted, rows, classes).entries()) {
        expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)))
      }
      tf.dispose([logits, target, results])
    }
  })

  it('passes NaN on', async () => {
    await tf.setBackend('wasm')
    const values = tf.tidy(() => {
      const [loss, gradient] = run(tf.tensor2d([1, Number.NaN, 2, 0, 1, 2], [2, 3]), tf.tensor1d([0, 1], 'int32'))
      return [...loss.dataSync(), ...gradient.dataSync()]
    })
    expect(values.map(Number.isNaN)).toEqual([true, true, true, true, false, false, false])
  })

  it('multiplies its gradient by what comes from above, and takes targets for constants', async () => {
    await tf.setBackend('wasm')
    const z = numbers(21, 5)
    const gradient = (target: (z: tf.Tensor) => tf.Tensor) =>
      tf.tidy(() => [
        ...tf
          .grad((x: tf.Tensor) => tf.mul(run(x, target(x))[0], 3))(tf.tensor2d(z, [3, 7]))
          .dataSync(),
      ])
    const soft = tf.tidy(() => tf.softmax(tf.mul(tf.tensor2d(z, [3, 7]), 2)).dataSync())
    const constant = gradient(() => tf.tensor2d(soft, [3, 7]))
    expect(gradient(x => tf.softmax(tf.mul(x, 2)))).toEqual(constant)
    for (const [i, value] of reference(z, soft, 3, 7).slice(1).entries()) expect(constant[i]).toBeCloseTo(3 * value, 6)
  })
})

describe('compiled copies', () => {
  it('slice', async () => {
    await expectSameAsCpu([input([5, 7, 13])], x => [
      tf.slice(x!, [1, 2, 3], [2, 3, 4]),
      tf.slice(x!, [1, 0, 0], [2, 7, 13]),
      tf.slice(x!, [4], [1]),
      tf.slice(x!, [0, 0, 0], [0, 7, 13]),
      tf.slice(x!, 2),
    ])
  })

  it('slice with steps, forwards and backwards', async () => {
    await expectSameAsCpu([input([5, 7, 13])], x => [
      tf.stridedSlice(x!, [0, 6, 12], [5, 0, 0], [2, -2, -3]),
      tf.stridedSlice(x!, [0, 1, 0], [5, 6, 13], [1, 2, 4]),
      tf.stridedSlice(x!, [1, 1], [2, 2], [1, 1], 0, 0, 0, 0, 1),
    ])
  })

  it('tile', async () => {
    await expectSameGradients([input([2, 1, 3])], x => tf.tile(x!, [2, 4, 3]))
    await expectSameAsCpu([{ shape: [2, 2], values: [1, 2, 3, 4], dtype: 'int32' }], x => tf.tile(x!, [1, 3]))
  })
})
