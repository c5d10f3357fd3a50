import '@tensorflow/tfjs-backend-cpu'
import { dispose, memory, ones, scalar, type Tensor, tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { Batch, BatchStream } from './batch.js'
import { Column } from './column.js'
import { type BunchOptions, DataBunch } from './data-bunch.js'
import { DataLoader } from './data-loader.js'
import { ArrayDataset, Subset } from './dataset.js'
import * as datasets from './datasets/index.js'
import { TfDataStream } from './source/tf-data.js'

const count = (n: number) => Float32Array.from({ length: n }, (_, i) => i)
const labels = (n: number) => Int32Array.from({ length: n }, (_, i) => i % 3)

const read = (stream: BatchStream | undefined) =>
  Array.from(stream as Iterable<Batch>, ({ xs, ys }) => {
    const values = [xs, ys].flat().map(tensor => Array.from(tensor.dataSync()))
    dispose([xs, ys].flat())
    return values
  })

describe('the names of options', () => {
  const [x, y] = [count(6), labels(6)]
  const shard = { rank: 0, size: 1 }
  const bunch: Required<BunchOptions> = {
    bs: 2,
    valid_bs: 3,
    drop_last: false,
    classes: ['a', 'b', 'c'],
    seed: 1,
    prefetch: 0,
    shard,
  }

  test('are all known', () => {
    const given = { shape: [1], targetShape: [], target: 'class', scale: 2 } as const
    expect(() => DataBunch.from_arrays({ x, y, ...given, valid_pct: 0.5, valid: undefined, ...bunch })).not.toThrow()
    const [xs, ys] = [tensor(x), tensor1d([...y], 'int32')]
    expect(() => DataBunch.from_tensors({ x: xs, y: ys, valid_pct: 0.5, valid: undefined, ...bunch })).not.toThrow()
    dispose([xs, ys])
  })

  test.each<[string, (options: never) => unknown]>([
    ['DataBunch.from_arrays', options => DataBunch.from_arrays({ x, y, ...(options as object) })],
    ['DataBunch.from_tensors', options => DataBunch.from_tensors(options)],
    ['DataBunch.from_datasets', options => DataBunch.from_datasets({} as never, undefined, options)],
    ['DataBunch.from_tfdata', options => DataBunch.from_tfdata(options)],
    ['datasets.mnist', options => datasets.mnist(options)],
    ['datasets.mnist_sample', options => datasets.mnist_sample(options)],
    ['datasets.iris', options => datasets.iris(options)],
    ['DataLoader', options => new DataLoader({} as never, options)],
    ['TfDataStream', options => new TfDataStream({} as never, options)],
  ])('%s refuses one that it does not have, and says which is near', async (name, make) => {
    const misspelt = async () => make({ batch_size: 32 } as never)
    await expect(misspelt()).rejects.toThrow(`${name} has no option batch_size. Did you mean bs? Its options are: `)
  })

  test.each<[string, object, string]>([
    [
      'a misspelt key of valid',
      { valid: { x, y, shpe: [1] } },
      'valid of DataBunch.from_arrays has no option shpe. Its options are: x, y, weights.',
    ],
    [
      'a list for valid',
      { valid: [x, y] },
      'valid of DataBunch.from_arrays takes its options as an object, { x, y, weights }, but got [',
    ],
    [
      'an unknown kind of target',
      { target: 'values' },
      "target must be one of 'class', 'multilabel', 'value', or an object, but it is 'values'.",
    ],
    ['a word for yes or no', { drop_last: 'no' }, "drop_last must be true or false, but it is 'no'."],
    ['a batch size as a word', { valid_bs: '4' }, "valid_bs must be a number, but it is '4'."],
    [
      'classes that have no names',
      { classes: [0, 1] },
      'classes must be a list, each of it a string, or an object, but it is [0, 1].',
    ],
    ["Keras's name", { validation_split: 0.2 }, 'Did you mean valid_pct?'],
  ])('come with the values they may have: not %s', (_, options, message) => {
    expect(() => DataBunch.from_arrays({ x, y, ...options } as never)).toThrow(message)
    expect(() => DataBunch.from_arrays({ x, y, ...options } as never)).toThrow(TypeError)
  })

  test('name from_arrays where tensors are expected and arrays were given', () => {
    for (const given of [
      { x, y },
      { x: tensor(x), y: [0, 1] },
      { x: [x], y: tensor1d([0]) },
    ])
      expect(() => DataBunch.from_tensors(given as never)).toThrow('expected a tensor. Give arrays to DataBunch.from_arrays.')
  })

  test.each([undefined, null, 'x', [1], tensor1d([1]), () => {}])('data sets are not %o', given => {
    expect(() => DataBunch.from_datasets(given as never)).toThrow(/takes a data set, such as an ArrayDataset, but got/)
    expect(() => new DataLoader(given as never)).toThrow(TypeError)
    expect(() => new Subset(given as never, new Int32Array(1))).toThrow(/takes a data set|but got/)
    expect(() => new ArrayDataset({ x: given, y: given } as never)).toThrow(/are columns, but one is/)
  })

  test('a column refuses one too', () => {
    expect(() => new Column(x, { chanels: 3 } as never)).toThrow('Column has no option chanels. Did you mean channels?')
  })
})

describe('DataBunch.from_arrays', () => {
  test('takes undefined for an option that is left out', () => {
    const none = { valid: undefined, valid_pct: undefined, shape: undefined, scale: undefined, target: undefined, bs: undefined }
    const data = DataBunch.from_arrays({ x: count(128), y: labels(128), ...none, seed: undefined, classes: undefined })
    expect([data.train_dl.length, data.valid_dl, data.c, data.inputShape]).toEqual([2, undefined, 3, [1]])
  })

  test('scales int32 pixels as it does bytes', () => {
    const pixels = (array: typeof Int32Array | typeof Uint8Array) => array.from([0, 51, 102, 255])
    const [ints, bytes] = [pixels(Int32Array), pixels(Uint8Array)].map(x =>
      read(DataBunch.from_arrays({ x, y: [0, 1, 0, 1], scale: 1 / 255, bs: 4 }).train_dl),
    )
    expect(ints).toEqual(bytes)
    expect(Math.max(...ints![0]![0]!)).toBe(1)
  })

  test('trains shuffled on full batches, and validates in order on all samples', () => {
    const before = memory().numTensors
    const data = DataBunch.from_arrays({ x: count(10), y: labels(10), valid: { x: count(5), y: labels(5) }, bs: 4, seed: 1 })
    expect([data.train_dl.length, data.valid_dl?.length]).toEqual([2, 2])
    expect([data.c, data.target, data.inputShape, data.targetShape, data.classes]).toEqual([3, 'class', [1], [], undefined])
    const train = read(data.train_dl).flatMap(([xs]) => xs!)
    expect(train).toHaveLength(8)
    expect(train).not.toEqual([...train].sort((a, b) => a - b))
    expect(read(data.valid_dl)).toEqual([
      [
        [0, 1, 2, 3],
        [0, 1, 2, 0],
      ],
      [[4], [1]],
    ])
    expect(memory().numTensors).toBe(before)
  })

  test('inputs keep company with their targets', () => {
    const data = DataBunch.from_arrays({ x: count(30), y: labels(30), bs: 4, valid_pct: 0.3, drop_last: false })
    const batches = [...read(data.train_dl), ...read(data.valid_dl)]
    expect(batches.flatMap(([xs]) => xs!).sort((a, b) => a - b)).toEqual([...count(30)])
    for (const [xs, ys] of batches) expect(ys).toEqual(xs!.map(x => x % 3))
  })

  test('valid_pct sets samples aside; without it there is no validation', () => {
    const data = DataBunch.from_arrays({ x: count(10), y: labels(10), bs: 2, valid_bs: 3, valid_pct: 0.35 })
    expect([data.train_dl.samples, data.valid_dl?.samples, data.valid_dl?.batchSize]).toEqual([7, 3, 3])
    expect(DataBunch.from_arrays({ x: count(10), y: labels(10), bs: 2 }).valid_dl).toBeUndefined()
  })

  test('bytes are scaled, values keep their shape, several inputs their order', () => {
    const data = DataBunch.from_arrays({
      x: { image: Uint8Array.of(0, 255, 255, 0), age: [30, 40] },
      y: [
        [0.5, 1],
        [1.5, 2],
      ],
      shape: { image: [2, 1] },
      scale: 1 / 5,
      bs: 2,
      valid: { x: { image: Uint8Array.of(0, 255), age: [10] }, y: [[9, 8]] },
    })
    expect([data.inputShape, data.targetShape, data.target, data.c]).toEqual([[[2, 1], [1]], [2], 'value', undefined])
    expect(read(data.valid_dl)).toEqual([[[0, 51], [2], [9, 8]]])
  })

  test('the seed decides both the split and the order', () => {
    const run = (seed: number) => {
      const data = DataBunch.from_arrays({ x: count(50), y: labels(50), bs: 8, valid_pct: 0.2, seed })
      return [read(data.train_dl), read(data.valid_dl)]
    }
    expect(run(1)).toEqual(run(1))
    expect(run(1)[0]).not.toEqual(run(2)[0])
    expect(run(1)[1]).not.toEqual(run(2)[1])
  })
})

describe('DataBunch.from_tensors', () => {
  test('refuses a tensor that is gone', () => {
    const [x, y] = [tensor2d([[1], [2]]), tensor1d([1, 2])]
    y.dispose()
    expect(() => DataBunch.from_tensors({ x, y })).toThrow('y is a tensor that has been disposed')
  })

  test('copies: the tensors remain the caller’s, and may change or go', () => {
    const before = memory().numTensors
    const [x, y] = [
      tensor2d([
        [1, 2],
        [3, 4],
      ]),
      tensor1d([0, 1], 'int32'),
    ]
    const data = DataBunch.from_tensors({ x, y, bs: 2, valid: { x, y } })
    x.dataSync().fill(9) // the cpu backend hands out its own memory
    dispose([x, y])
    expect(read(data.valid_dl)).toEqual([
      [
        [1, 2, 3, 4],
        [0, 1],
      ],
    ])
    expect([data.target, data.c, data.inputShape]).toEqual(['class', 2, [2]])
    expect(memory().numTensors).toBe(before)
  })

  test('takes several inputs, and float targets for values', () => {
    const [a, b, y] = [ones([3, 2]), ones([3, 4, 4, 1]), ones([3, 5])]
    const list = DataBunch.from_tensors({ x: [a, b], y, bs: 1 })
    expect([list.inputShape, list.target, list.targetShape]).toEqual([[[2], [4, 4, 1]], 'value', [5]])
    expect(DataBunch.from_tensors({ x: { a, b }, y, bs: 1 }).inputShape).toEqual(list.inputShape)
    dispose([a, b, y])
  })

  test('refuses what is no tensor of numbers', () => {
    const [x, y, words, one] = [ones([2, 1]), tensor1d([0, 1], 'int32'), tensor(['a', 'b']), scalar(1)]
    expect(() => DataBunch.from_tensors({ x: [1, 2] as never, y })).toThrow('x is 1; expected a tensor.')
    expect(() => DataBunch.from_tensors({ x: words, y })).toThrow('x is a string tensor; expected numbers.')
    expect(() => DataBunch.from_tensors({ x, y: one })).toThrow('y is a scalar')
    dispose([x, y, words, one] as Tensor[])
  })
})

describe('DataBunch refuses', () => {
  const x = count(6)
  const y = labels(6)
  test.each([
    ['no samples', { x: new Float32Array(0), y: new Int32Array(0) }, 'There are no samples in the data set'],
    ['a batch size above the samples', { x, y, bs: 7 }, 'bs is 7, but there are only 6 samples'],
    ['the default batch size likewise', { x, y }, 'bs is 64, but there are only 6 samples'],
    ['a batch size of 0', { x, y, bs: 0 }, 'bs must be a whole number of at least 1, but it is 0'],
    [
      'a validation batch size of 0',
      { x, y, bs: 2, valid_bs: 0, valid_pct: 0.5 },
      'bs must be a whole number of at least 1, but it is 0',
    ],
    ['differing numbers of x and y', { x, y: labels(5), bs: 2 }, 'differ in length: 6 inputs of shape [1], but 5 targets'],
    [
      'inputs of a model in a list',
      { x: [labels(5), labels(5)], y: labels(5), bs: 2 },
      'Several inputs go by name: x: { first: ..., second: ... }',
    ],
    ['the same in validation', { x, y, bs: 2, valid: { x, y: labels(5) } }, 'x and y of the validation set differ in length'],
    [
      'a label above the classes',
      { x, y, bs: 2, classes: ['a', 'b'] },
      'y[2] of the data set is 2; a class label is a whole number from 0 to 1',
    ],
    ['a validation label unknown to training', { x, y, bs: 2, valid: { x: [1], y: [7] } }, 'y[0] of the validation set is 7'],
    ['labels that are not whole', { x, y: [0, 1, 0.5, 0, 1, 1], bs: 2 }, 'y[2] of the data set is 0.5'],
    [
      'a shape that does not divide x',
      { x, y, shape: [4], bs: 2 },
      'An array of 6 values does not divide into samples of shape [4]',
    ],
    ['a validation part of 1', { x, y, bs: 2, valid_pct: 1 }, 'valid_pct is 1; expected a part above 0 and below 1'],
    ['two ways to validate', { x, y, bs: 2, valid_pct: 0.5, valid: { x, y } }, 'Both valid and valid_pct are given'],
    [
      'validation data of another shape',
      { x: [[1, 2]], y: [0], bs: 1, valid: { x: [1], y: [0] } },
      'inputShape is [2] in one, [1] in the other',
    ],
    ['class names for values', { x, y: count(6), bs: 2, classes: ['a'] }, 'classes is given, but the targets are values'],
    ['a seed that is no number', { x, y, bs: 2, seed: -1 }, 'seed must be a whole number from 0 to 4294967295, but it is -1'],
  ])('%s', (_, options, message) => {
    expect(() => DataBunch.from_arrays(options)).toThrow(message)
  })

  test('validation data whose last of many inputs has another shape', () => {
    const inputs = (last: number) => Array.from({ length: 40 }, (_, i) => new Column(count(6), { shape: [i < 39 ? 3 : last] }))
    const half = inputs(2).map((column, i) => (i < 39 ? column : new Column(count(4), { shape: [2] })))
    const valid = { x: half, y: [0, 1] }
    expect(() => DataBunch.from_arrays({ x: inputs(3), y: [0, 1], bs: 1, valid })).toThrow('do not fit: inputShape is')
  })

  test('as many class names as there are not classes', () => {
    const { train_ds } = DataBunch.from_arrays({ x, y, bs: 2 })
    expect(() => DataBunch.from_datasets(train_ds!, undefined, { bs: 2, classes: ['a'] })).toThrow(
      "classes names 1 classes (['a']), but the data has 3",
    )
  })
})

test("fastai's names for its parts are answered with ours", () => {
  const data = DataBunch.from_arrays({ x: [[0], [1]], y: [0, 1], bs: 1 })
  expect(() => data.trn_dl).toThrow('A DataBunch has no trn_dl. Here it is: data.train_dl')
  expect(() => data.vocab).toThrow('Here it is: data.classes')
})
