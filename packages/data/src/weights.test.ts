import '@tensorflow/tfjs-backend-cpu'
import { memory, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { type Batch, disposeOf } from './batch.js'
import { Column } from './column.js'
import { DataBunch } from './data-bunch.js'
import { ArrayDataset, Subset } from './dataset.js'

const x = [[1], [2], [3], [4]]
const y = [0, 1, 0, 1]
const weights = [1, 0, 2.5, 4]

/** Input and weight of each sample, in the order of the stream. */
async function pairs(stream: Iterable<Batch> | AsyncIterable<Batch> | undefined) {
  const seen: number[][] = []
  for await (const batch of stream!) {
    const [xs, ws] = [[batch.xs].flat()[0]!.dataSync(), batch.weights?.dataSync()]
    expect(batch.weights?.dtype ?? 'float32').toBe('float32')
    xs.forEach((value, i) => {
      seen.push(ws ? [value, ws[i]!] : [value])
    })
    disposeOf(batch)
  }
  return seen
}

test('weights come with their samples, shuffled, split, by arrays, tensors and data sets', async () => {
  const before = memory().numTensors
  const expected = [[1, 1], [2, 0], [3, 2.5], [4, 4]] // biome-ignore format: a table
  const arrays = DataBunch.from_arrays({ x, y, weights, bs: 3, drop_last: false })
  expect([arrays.weighted, (await pairs(arrays.train_dl)).sort()]).toEqual([true, expected])

  const split = DataBunch.from_arrays({ x, y, weights, bs: 2, valid_pct: 0.5, drop_last: false })
  expect([...(await pairs(split.train_dl)), ...(await pairs(split.valid_dl))].sort()).toEqual(expected)

  const [xs, ys, ws] = [tensor2d(x), tensor1d(y, 'int32'), tensor1d([1, 0, 2, 4], 'int32')]
  const tensors = DataBunch.from_tensors({ x: xs, y: ys, weights: ws, bs: 4, valid: { x: xs, y: ys } })
  expect((await pairs(tensors.train_dl)).sort()).toEqual([[1, 1], [2, 0], [3, 2], [4, 4]]) // biome-ignore format: a table
  expect(await pairs(tensors.valid_dl)).toEqual(x)
  for (const tensor of [xs, ys, ws]) tensor.dispose()

  const columns = { x: new Column(Float32Array.of(1, 2)), y: new Column(Int32Array.of(0, 1)) }
  const plain = new ArrayDataset(columns)
  const weighted = new ArrayDataset({ ...columns, weights: new Column(Float32Array.of(3, 5)) })
  const part = new Subset(weighted, Int32Array.of(1))
  expect([plain.weighted, part.weighted]).toEqual([false, true])
  const sets = DataBunch.from_datasets(plain, part, { bs: 2 })
  expect([sets.weighted, await pairs(sets.valid_dl)]).toEqual([true, [[2, 5]]])
  expect(memory().numTensors).toBe(before)
})

test('a tf.data source gives them with its batches, each of which is checked', async () => {
  const before = memory().numTensors
  const source = (...weights: number[]) => ({
    size: 1,
    async *[Symbol.asyncIterator]() {
      yield { xs: tensor2d([[1], [2]]), ys: tensor1d([0, 1]), weights: tensor1d(weights) }
    },
  })
  const data = await DataBunch.from_tfdata({ train: source(0, 3), bs: 2, classes: ['a', 'b'] })
  expect([data.weighted, await pairs(data.train_dl)]).toEqual([true, [[1, 0], [2, 3]]]) // biome-ignore format: a table
  const refused = (...weights: number[]) => DataBunch.from_tfdata({ train: source(...weights), bs: 2 })
  await expect(refused(1, -1)).rejects.toThrow('weights[1] of a batch of the source is -1')
  await expect(refused(1, 2, 3)).rejects.toThrow('expected a float32 tensor [2], one number for each sample')
  expect(memory().numTensors).toBe(before)
})

test.each([
  [{ weights: [1, 2, -1, 1] }, 'weights[2] of the data set is -1; how much a sample counts is a finite number of at least 0'],
  [{ weights: [1, Number.NaN, 1, 1] }, 'weights[1] of the data set is NaN'],
  [{ weights: [1, 1, 1, Number.POSITIVE_INFINITY] }, 'weights[3] of the data set is Infinity'],
  [{ weights: [0, 0, 0, 0] }, 'All weights of the data set are 0'],
  [{ weights: [1, 2] }, 'weights of the data set are 2 of shape []; expected one number for each of its 4 samples'],
  [{ weights: [[1], [1], [1], [1]] }, 'weights of the data set are 4 of shape [1]'],
  [{ weights: 'balanced' }, "weights is 'balanced'; expected a typed array or a list of numbers"],
  [{ weights, valid: { x, y, weights: [1, 1, 1, -2] } }, 'weights[3] of the validation set is -2'],
])('refuses %o', (options, message) => {
  expect(() => DataBunch.from_arrays({ x, y, bs: 2, ...(options as object) })).toThrow(message)
})
