import '@tensorflow/tfjs-backend-cpu'
import type { Tensor } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { disposeOf } from './batch.js'
import { Column } from './column.js'
import { DataBunch } from './data-bunch.js'
import { DataLoader, type DataLoaderOptions } from './data-loader.js'
import { ArrayDataset } from './dataset.js'
import { SortishSampler } from './sampler/sortish-sampler.js'

const numbers = (n: number) => {
  const x = new Column(Float32Array.from({ length: n }, (_, i) => i))
  return new ArrayDataset({ x, y: x })
}

const pass = (loader: DataLoader, batches = Number.POSITIVE_INFINITY) => {
  const seen: number[][] = []
  for (const batch of loader) {
    seen.push([...(batch.xs as Tensor).dataSync()])
    disposeOf(batch)
    if (seen.length >= batches) break
  }
  return seen
}
const sorted = (values: number[]) => values.toSorted((a, b) => a - b)

const cases = fc.record({
  n: fc.integer({ min: 1, max: 40 }),
  bs: fc.integer({ min: 1, max: 5 }),
  size: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(100),
  drop_last: fc.boolean(),
})

describe('the parts of several processes', () => {
  test('are together, batch by batch, those of one with batches as large as all of theirs', () => {
    fc.assert(
      fc.property(cases, ({ n, bs, size, seed, drop_last }) => {
        fc.pre(n >= size && (!drop_last || n >= bs * size))
        const options = { shuffle: true, seed, drop_last }
        const one = new DataLoader(numbers(n), { ...options, bs: bs * size })
        const ranks = Array.from(
          { length: size },
          (_, rank) => new DataLoader(numbers(n), { ...options, bs, shard: { rank, size } }),
        )
        expect(ranks.reduce((sum, { samples }) => sum + samples, 0)).toBe(n)
        for (let epoch = 0; epoch < 2; epoch++) {
          const whole = pass(one)
          const parts = ranks.map(loader => pass(loader))
          for (const [rank, batches] of parts.entries()) {
            expect(batches).toHaveLength(ranks[rank]!.length)
            for (const [k, batch] of batches.entries()) if (k < whole.length - 1) expect(batch).toHaveLength(bs)
          }
          for (const [k, batch] of whole.entries()) {
            expect(sorted(parts.flatMap(batches => batches[k] ?? []))).toEqual(sorted(batch))
            const counts = parts.map(batches => batches[k]?.length ?? 0)
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
          }
          expect(Math.max(...parts.map(batches => batches.length))).toBe(whole.length)
        }
      }),
    )
  })

  test('go on from any batch, also as another number of processes', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(3), (seed, taken) => {
        const loader = (rank: number, size: number, bs: number) =>
          new DataLoader(numbers(29), { bs, shuffle: true, seed, shard: { rank, size } })
        const first = loader(1, 2, 4)
        let state = first.state()
        let i = 0
        for (const batch of first) {
          disposeOf(batch)
          state = JSON.parse(JSON.stringify(first.state()))
          if (i++ >= taken) break
        }
        const one = loader(0, 1, 8)
        const four = [0, 1, 2, 3].map(rank => loader(rank, 4, 2))
        for (const each of [one, ...four]) each.restore(state)
        for (let epoch = 0; epoch < 2; epoch++) {
          const parts = four.map(each => pass(each))
          for (const [k, batch] of pass(one).entries())
            expect(sorted(parts.flatMap(batches => batches[k] ?? []))).toEqual(sorted(batch))
        }
      }),
    )
  })

  test('say which samples they are, have them in order to measure, and share sorted ones by turns', () => {
    const loader = new DataLoader(numbers(9), { bs: 2, shard: { rank: 1, size: 2 } })
    expect(pass(loader)).toEqual([[1, 3], [5, 7]]) // biome-ignore format: a table
    expect(pass(loader.inOrder())).toEqual([[1, 3], [5, 7]]) // biome-ignore format: a table
    for (const batch of loader) {
      expect([...loader.samplesOf(0)!]).toEqual([1, 3])
      disposeOf(batch)
      break
    }
    const sampler = () => new SortishSampler([1, 9, 2, 8], { bs: 4 })
    const parts = [0, 1].map(rank => pass(new DataLoader(numbers(4), { bs: 2, sampler: sampler(), shard: { rank, size: 2 } })))
    expect(parts).toEqual([[[1, 2]], [[3, 0]]])
    const shard = { rank: 1, size: 2 }
    const { train_dl, valid_dl } = DataBunch.from_datasets(numbers(9), numbers(3), { bs: 2, shard })
    expect([train_dl.length, train_dl.samples, valid_dl!.samples]).toEqual([2, 4, 1])
  })
})

test.each<[DataLoaderOptions, string]>([
  [{ shard: { rank: 2, size: 2 } }, 'rank of shard must be a whole number from 0 to 1, but it is 2.'],
  [{ shard: { rank: 0, size: 0 } }, 'size of shard must be a whole number of at least 1'],
  [{ shard: { rank: 0, world_size: 2 } as never }, 'shard of DataLoader has no option world_size'],
  [
    { shard: { rank: 3, size: 4 } },
    'There are only 3 samples: in batches of 64 for each of 4 processes none is left for number 3.',
  ],
  [{ bs: 2, sampler: new SortishSampler([1, 2, 3], { bs: 3 }) }, 'The sampler puts 3 samples in a batch, but the loader takes 2'],
])('refuses, in a sentence, %j', (options, message) => {
  expect(() => new DataLoader(numbers(3), options)).toThrow(message)
})
