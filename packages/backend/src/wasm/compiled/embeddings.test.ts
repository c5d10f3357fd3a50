import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { numbers, useKernels } from '../../testing/compare.js'
import { embeddingsKernelNames } from './kernel-names.js'

beforeAll(async () => {
  useKernels('compiled')
  await tf.setBackend('wasm')
})

type Inputs = Parameters<ReturnType<typeof tf.engine>['runKernel']>[1]
const embeddings = (codes: tf.Tensor, tables: readonly tf.Tensor[]): tf.Tensor =>
  tf.engine().runKernel(embeddingsKernelNames.forward, [codes, ...tables] as unknown as Inputs)

const composed = (codes: tf.Tensor, tables: readonly tf.Tensor[]) => {
  const columns = tf.unstack(codes, 1) as tf.Tensor1D[]
  return tf.concat(
    tables.map((table, i) => tf.gather(table, columns[i]!)),
    1,
  )
}

describe('look-ups side by side', () => {
  it.each([
    [1, [[1, 1]]],
    [0, [[2, 3]]],
    [7, [[3, 4], [5, 1]]], // biome-ignore format: a table
    [9, [[2, 5], [1, 8], [40, 3]]], // biome-ignore format: a table
  ] as const)('of %i rows in tables of %j have the values and gradients of look-ups one by one', (rows, sizes) => {
    const before = tf.memory().numTensors
    tf.tidy(() => {
      const columns = sizes.length
      const at = numbers(rows * columns, 3)
      const codes = tf.tensor2d(
        Int32Array.from(at, (u, i) => Math.floor(((u + 1) / 2) * sizes[i % columns]![0])),
        [rows, columns],
        'int32',
      )
      const tables = sizes.map((size, i) => tf.tensor(numbers(size[0] * size[1], i + 9), [...size]))
      const width = sizes.reduce((sum, [, size]) => sum + size, 0)
      const passes = (run: typeof embeddings) => {
        const dy = tf.tensor2d(numbers(rows * width, 4), [rows, width])
        const { value, grads } = tf.valueAndGrads((...tables) => run(codes, tables))(tables, dy)
        return [value, ...grads].map(each => ({ shape: each.shape, values: [...each.dataSync()] }))
      }
      const [ours, theirs] = [passes(embeddings), passes(composed)]
      expect(ours.map(({ shape }) => shape)).toEqual(theirs.map(({ shape }) => shape))
      expect(ours[0]).toEqual(theirs[0])
      for (const [i, { values }] of ours.entries())
        for (const [j, value] of values.entries()) expect(value).toBeCloseTo(theirs[i]!.values[j]!, 6)
    })
    expect(tf.memory().numTensors).toBe(before)
  })

  it('do not drift where many rows have one code', () => {
    tf.tidy(() => {
      const [rows, dy] = [26_000, 0.1]
      const codes = tf.zeros([rows, 1], 'int32')
      const table = tf.ones([2, 5])
      const gradient = tf.grad(table => embeddings(codes, [table]))(table, tf.fill([rows, 5], dy))
      const expected = rows * Math.fround(dy)
      for (const value of gradient.dataSync().subarray(0, 5)) expect(Math.abs(value / expected - 1)).toBeLessThan(1e-6)
      expect([...gradient.dataSync().subarray(5)]).toEqual([0, 0, 0, 0, 0])
    })
  })

  it.each([-1, 2])('refuse the code %i, which a table has no row of', code => {
    const before = tf.memory().numTensors
    expect(() =>
      tf.tidy(() => embeddings(tf.tensor2d([[0, code]], [1, 2], 'int32'), [tf.ones([1, 1]), tf.ones([2, 3])])),
    ).toThrow(`Column 1 holds the code ${code}; expected one from 0 to 1.`)
    expect(tf.memory().numTensors).toBe(before)
  })
})
