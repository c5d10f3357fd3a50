import '@tensorflow/tfjs-backend-cpu'
import { dispose, memory, scalar, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import { array, zip } from '@tensorflow/tfjs-data'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Batch, BatchStream } from '../batch.js'
import { DataBunch } from '../data-bunch.js'
import { type TfBatch, type TfDataSource, TfDataStream } from './tf-data.js'

let before = 0
beforeEach(() => {
  before = memory().numTensors
})
afterEach(() => expect(memory().numTensors).toBe(before))

const xs = [
  [1, 2],
  [3, 4],
  [5, 6],
  [7, 8],
  [9, 10],
]
const dataset = (ys: number[] | number[][] = [0, 1, 1, 0, 1]) => zip({ xs: array(xs), ys: array(ys as number[]) }).batch(2)

async function* batches(count: number): AsyncGenerator<TfBatch> {
  for (let i = 0; i < count; i++) yield { xs: tensor2d([[i], [i]]), ys: tensor1d([0, 1], 'int32') }
}
const iterable = (count: number): TfDataSource => ({ [Symbol.asyncIterator]: () => batches(count) })

const take = ({ xs, ys }: Batch) => {
  const values = [xs, ys].flat().map(tensor => Array.from(tensor.dataSync()))
  dispose([xs, ys].flat())
  return values
}
const pass = async (stream: BatchStream) => {
  const all = []
  for await (const batch of stream as TfDataStream) all.push(take(batch))
  return all
}

describe('TfDataStream', () => {
  test('reads a tf.data.Dataset again and again', async () => {
    const stream = new TfDataStream(dataset(), { bs: 2, c: 2 })
    expect([stream.length, stream.batchSize]).toEqual([3, 2])
    const expected = [
      [
        [1, 2, 3, 4],
        [0, 1],
      ],
      [
        [5, 6, 7, 8],
        [1, 0],
      ],
      [[9, 10], [1]],
    ]
    expect(await pass(stream)).toEqual(expected)
    expect(await pass(stream)).toEqual(expected)
  })

  test('reads an async iterable, no further than asked', async () => {
    const stream = new TfDataStream(iterable(5), { bs: 2, length: 2 })
    expect(await pass(stream)).toEqual([
      [
        [0, 0],
        [0, 1],
      ],
      [
        [1, 1],
        [0, 1],
      ],
    ])
  })

  test('a state brings back how many batches were left', async () => {
    const stream = new TfDataStream(iterable(4), { bs: 2, length: 4 })
    const iterator = stream[Symbol.asyncIterator]()
    for (let i = 0; i < 3; i++) take((await iterator.next()).value as Batch)
    const resumed = new TfDataStream(iterable(4), { bs: 2, length: 4 })
    resumed.restore(JSON.parse(JSON.stringify(stream.state())))
    expect(await pass(resumed)).toEqual([
      [
        [3, 3],
        [0, 1],
      ],
    ])
    expect(await pass(resumed)).toHaveLength(4)
    await iterator.return()
    expect(stream.state().position).toBe(0)
  })

  test.each([
    ['a source of unknown size', () => new TfDataStream(iterable(2), { bs: 2 }), 'give length'],
    ['what is no source', () => new TfDataStream([] as never, { bs: 2 }), '[] is no source of batches'],
    [
      'a batch size of 0',
      () => new TfDataStream(iterable(2), { bs: 0, length: 2 }),
      'bs must be a whole number of at least 1, but it is 0',
    ],
    [
      'a length of 0',
      () => new TfDataStream(iterable(2), { bs: 2, length: 0 }),
      'length must be a whole number of at least 1, but it is 0',
    ],
  ])('refuses %s', (_, create, message) => {
    expect(create).toThrow(message)
  })

  test('refuses a source that ends early', async () => {
    await expect(pass(new TfDataStream(iterable(2), { bs: 2, length: 3 }))).rejects.toThrow(
      'The source ended after 2 batches; expected 3.',
    )
  })

  test('refuses elements that are not batches', async () => {
    const source = {
      [Symbol.asyncIterator]: async function* () {
        yield { x: 1 } as never
      },
    }
    await expect(pass(new TfDataStream(source, { bs: 2, length: 1 }))).rejects.toThrow(
      'The source gave { x: 1 }; expected { xs, ys }',
    )
  })

  test.each([
    ['without targets', () => ({ xs: tensor2d([[1]]) }), 'The source gave { xs: tensor [1,1] }; expected { xs, ys }'],
    [
      'of inputs and targets that differ in number',
      () => ({ xs: tensor2d([[1]]), ys: tensor1d([1, 2]) }),
      'shapes [[1, 1], [2]]',
    ],
    ['with a scalar', () => ({ xs: tensor2d([[1]]), ys: scalar(1) }), 'shapes [[1, 1], []]'],
  ])('refuses elements %s, and frees them', async (_, element, message) => {
    const source = {
      [Symbol.asyncIterator]: async function* () {
        yield element() as never
      },
    }
    await expect(pass(new TfDataStream(source, { bs: 2, length: 1 }))).rejects.toThrow(message)
  })

  test('says why a generator does for one pass only', async () => {
    const stream = new TfDataStream(batches(2), { bs: 2, length: 2 })
    expect(await pass(stream)).toHaveLength(2)
    await expect(pass(stream)).rejects.toThrow('One that can be iterated only once, such as a generator, will not do')
  })
})

describe('DataBunch.from_tfdata', () => {
  test('learns the shapes from a batch, and labels from the class names', async () => {
    const data = await DataBunch.from_tfdata({ train: dataset(), valid: dataset(), bs: 2, classes: ['no', 'yes'] })
    expect([data.inputShape, data.targetShape, data.target, data.c, data.classes]).toEqual([[2], [], 'class', 2, ['no', 'yes']])
    expect([await pass(data.train_dl), data.valid_dl?.length]).toEqual([await pass(data.valid_dl!), 3])
  })

  test('without class names, floats are values', async () => {
    const data = await DataBunch.from_tfdata({ train: dataset([[1], [2], [3], [4], [5]]), bs: 2 })
    expect([data.target, data.targetShape, data.c]).toEqual(['value', [1], undefined])
  })

  test.each([
    [[0, 1, 2, 0, 1], 'is 2; a class label'],
    [[0.5, 1, 1, 0, 1], 'is 0.5; a class label'],
  ])('refuses the labels %j of two classes', async (ys, message) => {
    const read = async () => pass((await DataBunch.from_tfdata({ train: dataset(ys), bs: 2, classes: ['no', 'yes'] })).train_dl)
    await expect(read()).rejects.toThrow(message)
  })
})
