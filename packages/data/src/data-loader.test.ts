import '@tensorflow/tfjs-backend-cpu'
import { dispose, memory, type Tensor } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Batch } from './batch.js'
import { Column } from './column.js'
import { DataLoader } from './data-loader.js'
import { ArrayDataset } from './dataset.js'
import { RandomSampler } from './sampler.js'

/** Sample i has the input i and the label i % 2. */
const numbers = (n: number) =>
  new ArrayDataset({
    x: new Column(Float32Array.from({ length: n }, (_, i) => i)),
    y: new Column(Int32Array.from({ length: n }, (_, i) => i % 2)),
    c: 2,
  })

const read = ({ xs, ys }: Batch) => {
  const values = Array.from((xs as Tensor).dataSync())
  dispose([xs as Tensor, ys as Tensor])
  return values
}
const pass = (loader: DataLoader) => Array.from(loader, read)

describe('DataLoader', () => {
  test('in order, the last batch may be smaller', () => {
    const loader = new DataLoader(numbers(5), { bs: 2 })
    expect([loader.length, loader.samples, loader.batchSize]).toEqual([3, 5, 2])
    expect(pass(loader)).toEqual([[0, 1], [2, 3], [4]])
  })

  test('drop_last leaves it out', () => {
    const loader = new DataLoader(numbers(5), { bs: 2, drop_last: true })
    expect(loader.length).toBe(2)
    expect(pass(loader)).toEqual([
      [0, 1],
      [2, 3],
    ])
  })

  test('gives inputs, labels and their number', () => {
    const [batch] = new DataLoader(numbers(3), { bs: 3 }) as Iterable<Batch>
    const [xs, ys] = [batch!.xs as Tensor, batch!.ys as Tensor]
    expect([xs.shape, xs.dtype, ys.shape, ys.dtype, batch!.size]).toEqual([[3], 'float32', [3], 'int32', 3])
    expect([...ys.dataSync()]).toEqual([0, 1, 0])
    dispose([xs, ys])
  })

  test('reseeded, it gives the orders of a loader made with that seed', () => {
    const loader = new DataLoader(numbers(20), { bs: 4, shuffle: true, seed: 1 })
    pass(loader)
    loader.reseed(2)
    const other = new DataLoader(numbers(20), { bs: 4, shuffle: true, seed: 2 })
    expect([pass(loader), pass(loader)]).toEqual([pass(other), pass(other)])
  })

  test('shuffled, every pass holds every sample, and length batches', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 10 }), fc.nat(1000), (n, bs, seed) => {
        const loader = new DataLoader(numbers(n), { bs, shuffle: true, seed })
        const batches = pass(loader)
        expect(batches.length).toBe(loader.length)
        expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      }),
    )
  })

  test('the seed decides the order', () => {
    const order = (seed: number) => pass(new DataLoader(numbers(40), { bs: 8, shuffle: true, seed }))
    expect(order(1)).toEqual(order(1))
    expect(order(1)).not.toEqual(order(2))
  })

  test('a state taken at any time brings back exactly the batches that followed', () => {
    fc.assert(
      fc.property(
        fc.record({
          n: fc.integer({ min: 1, max: 30 }),
          bs: fc.integer({ min: 1, max: 7 }),
          seed: fc.nat(1000),
          passes: fc.nat(2),
          taken: fc.nat(30),
          drop_last: fc.boolean(),
        }),
        ({ n, bs, seed, passes, taken, drop_last }) => {
          fc.pre(!drop_last || bs <= n)
          const options = { bs, shuffle: true, drop_last }
          const loader = new DataLoader(numbers(n), { ...options, seed })
          for (let i = 0; i < passes; i++) pass(loader)
          const iterator = loader[Symbol.iterator]()
          for (let i = 0; i < Math.min(taken, loader.length); i++) read(iterator.next().value as Batch)
          const state = JSON.parse(JSON.stringify(loader.state()))
          const expected = [...(taken === 0 ? [] : [Array.from(iterator, read)]), pass(loader), pass(loader)]

          const resumed = new DataLoader(numbers(n), { ...options, seed: seed + 1 })
          resumed.restore(state)
          expect(resumed.state()).toEqual(state)
          expect(expected.map(() => pass(resumed))).toEqual(expected)
        },
      ),
    )
  })

  test('a pass left early is over: the next one is new, and so is its state', () => {
    const options = { bs: 2, shuffle: true, seed: 5 }
    const whole = new DataLoader(numbers(20), options)
    const [, second] = [pass(whole), pass(whole)]
    const loader = new DataLoader(numbers(20), options)
    for (const batch of loader) {
      read(batch)
      break
    }
    expect(loader.state().position).toBe(0)
    expect(pass(loader)).toEqual(second)
  })

  test('keeps no tensors', () => {
    const before = memory().numTensors
    pass(new DataLoader(numbers(10), { bs: 3, shuffle: true }))
    expect(memory().numTensors).toBe(before)
  })

  test('a sampler of the caller decides the samples of a pass', () => {
    const sampler = new RandomSampler(3, 1)
    const order = [...new RandomSampler(3, 1).pass()]
    const loader = new DataLoader(numbers(10), { bs: 2, sampler })
    expect([loader.samples, loader.length]).toEqual([3, 2])
    expect(pass(loader).flat()).toEqual(order)
    expect(() => new DataLoader(numbers(10), { sampler, shuffle: true })).toThrow('A sampler decides the order by itself')
  })
})

describe('DataLoader refuses', () => {
  test.each([0, -1, 2.5, Number.NaN, '8'])('the batch size %s', bs => {
    expect(() => new DataLoader(numbers(10), { bs: bs as number })).toThrow(
      /^bs must be a whole number of at least 1, but it is /,
    )
  })

  test('a batch size above the number of samples with drop_last', () => {
    expect(() => new DataLoader(numbers(10), { bs: 11, drop_last: true })).toThrow(
      'bs is 11, but there are only 10 samples, and drop_last leaves out a batch that is not full: no batch is left. ' +
        'Use a bs of at most 10, or drop_last: false.',
    )
    expect(new DataLoader(numbers(10), { bs: 11 }).length).toBe(1)
  })

  test('an empty data set', () => {
    const empty = {
      length: 0,
      inputShape: [1],
      targetShape: [],
      target: 'value' as const,
      c: undefined,
      batch: () => expect.fail(),
    }
    expect(() => new DataLoader(empty)).toThrow('The data set is empty')
  })

  test('a state of other data', () => {
    const state = new DataLoader(numbers(10), { bs: 2 }).state()
    expect(() => new DataLoader(numbers(12), { bs: 2 }).restore(state)).toThrow(
      'does not fit a loader of 12 samples in batches of 2',
    )
    expect(() => new DataLoader(numbers(10), { bs: 5 }).restore(state)).toThrow('does not fit')
    expect(() => new DataLoader(numbers(10), { bs: 2 }).restore({ ...state, position: 6 })).toThrow(
      'position must be a whole number from 0 to 5, but it is 6',
    )
    expect(() => new DataLoader(numbers(10), { bs: 2, shuffle: true }).restore(state)).toThrow('not the state of a Random')
  })
})

test.each([
  [0, [], "the sampler's length must be a whole number of at least 1, but it is 0"],
  [4, [0, 1], 'The sampler gave 2 indices for a pass; expected 4'],
  [4, [0, 1, 2, 9], 'There is no sample 9: the column has 4'],
])('refuses a sampler of length %i that gives %j', (length, indices, message) => {
  const sampler = { length, pass: () => Int32Array.from(indices), state: () => null, restore() {}, reseed() {} }
  expect(() => pass(new DataLoader(numbers(4), { bs: 4, sampler }))).toThrow(message)
})
