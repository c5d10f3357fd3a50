import '@tensorflow/tfjs-backend-cpu'
import { dispose, memory, setBackend, type Tensor } from '@tensorflow/tfjs-core'
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Batch, disposeOf } from '../batch.js'
import { DataLoader } from '../data-loader.js'
import { Subset } from '../dataset.js'
import { DataBlock } from './data-block.js'
import { ItemDataset } from './item-dataset.js'
import type { ItemEncoder } from './item-encoder.js'
import { GrandparentSplitter } from './splitters.js'
import { CategoryBlock } from './targets.js'

beforeAll(() => setBackend('cpu'))

/** The number of an item, and beside it one that is drawn. */
const noisy: ItemEncoder<number, number> = {
  load: async item => {
    if (item < 0) throw new Error('is negative')
    return item
  },
  encode: (item, random) => ({ xs: [{ values: Float32Array.of(item, random?.uniform() ?? 0), shape: [2] }], ys: [] }),
}
const items = Array.from({ length: 11 }, (_, i) => i)

function rowsOf({ xs, ys, weights }: Batch): number[][] {
  const rows = (xs as Tensor).arraySync() as number[][]
  disposeOf({ xs, ys, weights, size: 0 })
  return rows
}

async function passOf(loader: DataLoader): Promise<number[][]> {
  const rows: number[][] = []
  for await (const batch of loader) rows.push(...rowsOf(batch))
  return rows
}

const sorted = (rows: number[][]) => [...rows].sort((a, b) => a[0]! - b[0]!)

test('what is drawn for a sample depends on the seed, the pass and its index alone', async () => {
  const dataset = await ItemDataset.from_items({ items, encoder: noisy, seed: 7 })
  const expected = [0, 1].map(pass => Promise.all(items.map(async i => rowsOf(await dataset.batch(Int32Array.of(i), pass))[0]!)))
  const [first, second] = await Promise.all(expected)
  expect(first).not.toEqual(second)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 0, max: 3 }), fc.nat(99), async (bs, prefetch, seed) => {
      const loader = new DataLoader(dataset, { bs, prefetch, shuffle: true, seed })
      expect(sorted(await passOf(loader))).toEqual(first)
      expect(sorted(await passOf(loader))).toEqual(second)
      expect(await passOf(loader.inOrder())).toEqual(items.map(i => [i, 0]))
    }),
    { numRuns: 10 },
  )
  const part = new DataLoader(new Subset(dataset, Int32Array.of(9, 3)), { bs: 2 })
  expect(await passOf(part)).toEqual([first![9], first![3]])
  expect(rowsOf(await dataset.plain().batch(Int32Array.of(4), 1))).toEqual([[4, 0]])
})

test('a pass that is taken up again draws what it would have drawn', async () => {
  const dataset = await ItemDataset.from_items({ items, encoder: noisy, seed: 7 })
  const make = () => new DataLoader(dataset, { bs: 4, shuffle: true, seed: 1 })
  const loader = make()
  await passOf(loader)
  const [states, rows]: [unknown[], number[][][]] = [[], []]
  for await (const batch of loader) {
    states.push(JSON.parse(JSON.stringify(loader.state())))
    rows.push(rowsOf(batch))
  }
  const later = await passOf(loader)
  const again = make()
  again.restore(states[0] as never)
  expect(await passOf(again)).toEqual(rows.slice(1).flat())
  expect(await passOf(again)).toEqual(later)
  const { pass: _, ...old } = states[0] as { pass: number }
  expect(() => again.restore(old as never)).not.toThrow()
  expect(again.state().pass).toBe(0)
})

test('an item that cannot be read is named, or skipped and counted', async () => {
  const [bad, name] = [[1, -1, 2], 'numbers']
  const strict = await ItemDataset.from_items({ items: bad, encoder: noisy, name })
  await expect(strict.batch(Int32Array.of(0, 1))).rejects.toThrow('item 1: is negative')
  const lenient = await ItemDataset.from_items({ items: bad, encoder: noisy, name, badItems: 'skip' })
  const batch = await lenient.batch(Int32Array.of(0, 1, 2))
  expect(batch.weights!.arraySync()).toEqual([1, 0, 1])
  expect(rowsOf(batch)).toEqual([
    [1, 0],
    [0, 0],
    [2, 0],
  ])
  expect([...lenient.skipped]).toEqual([[1, 'item 1: is negative']])
  await expect(ItemDataset.from_items({ items: [-1, -2], encoder: noisy, name, badItems: 'skip' })).rejects.toThrow(
    /None of the 2 items of numbers can be read. The first: item 0: is negative/,
  )
  await expect(ItemDataset.from_items({ items: [], encoder: noisy })).rejects.toThrow(/no items/)
})

test('samples of other shapes are refused by name, or given one by the encoder', async () => {
  const words = ['a', 'word', 'of']
  const encoder: ItemEncoder<string, string> = {
    load: word => word,
    encode: word => ({ xs: [{ values: Int32Array.from(word, letter => letter.charCodeAt(0)), shape: [word.length] }], ys: [] }),
  }
  const strict = await ItemDataset.from_items({ items: words, encoder })
  await expect(strict.batch(Int32Array.of(0, 1))).rejects.toThrow(/^word has the shape \[4\], others have \[1\]/)
  const tensors = memory().numTensors
  const second: ItemEncoder<string, string> = {
    ...encoder,
    encode: word => ({
      xs: [{ values: Int32Array.of(1), shape: [1] }],
      ys: [{ values: new Int32Array(word.length), shape: [word.length] }],
    }),
  }
  const targets = await ItemDataset.from_items({ items: words, encoder: second })
  await expect(targets.batch(Int32Array.of(0, 1))).rejects.toThrow(/^word has the shape/)
  expect(memory().numTensors).toBe(tensors)
  const padded: ItemEncoder<string, string> = {
    ...encoder,
    collate: samples => {
      const most = Math.max(...samples.map(({ xs }) => xs[0]!.values.length))
      return samples.map(({ xs, ys }) => {
        const values = new Int32Array(most)
        values.set(xs[0]!.values)
        return { xs: [{ values, shape: [most] }], ys }
      })
    },
  }
  const { xs } = await (await ItemDataset.from_items({ items: words, encoder: padded })).batch(Int32Array.of(0, 2))
  expect([(xs as Tensor).dtype, (xs as Tensor).arraySync()]).toEqual([
    'int32',
    [
      [97, 0],
      [111, 102],
    ],
  ])
})

test('a block makes data of pieces', async () => {
  const length = {
    kind: undefined,
    state: () => null,
    load: (path: string) => path.length,
    encode: (n: number) => ({ values: Float32Array.of(n), shape: [1] }),
  }
  const paths = ['train/b/1', 'train/a/22', 'valid/a/3', 'train/b/4', 'other/a/1']
  const block = new DataBlock({
    blocks: [{ fit: () => length }, CategoryBlock()],
    get_y: (path: string) => path.split('/')[1],
    splitter: GrandparentSplitter(),
  })
  const data = await block.dataloaders(paths, { bs: 3 })
  expect([data.classes, data.c, data.target, data.inputShape]).toEqual([['a', 'b'], 2, 'class', [1]])
  expect([...data.classBalance!.rows()]).toEqual([
    { class: 'a', train: 1, valid: 1, part: 0.5 },
    { class: 'b', train: 2, valid: 0, part: 0.5 },
  ])
  for await (const { xs, ys } of data.valid_dl!) expect([xs, ys].map(each => (each as Tensor).arraySync())).toEqual([[[9]], [0]])
  const fresh = await data.test_dl(['abc', 'a'])
  expect(await passOf(fresh)).toEqual([[3], [1]])
  const several = await data.inputs.of(['abc', 'a'])
  expect([several.one, (several.xs as Tensor).arraySync()]).toEqual([false, [[3], [1]]])
  const one = await data.inputs.of('word')
  expect([one.one, (one.xs as Tensor).arraySync()]).toEqual([true, [[4]]])
  const given = [
    'word',
    ['a', 'b'],
    new Blob([]),
    Uint8Array.of(1),
    { x: one.xs },
    one.xs,
    [one.xs],
    [[1]],
    Float32Array.of(1),
    1,
  ]
  expect(given.map(each => data.inputs.takes(each, ['x']))).toEqual([...Array(4).fill(true), ...Array(6).fill(false)])
  // Functions of a test are no file's.
  expect(data.inputs.state()).toBe(undefined)
  dispose([several.xs, one.xs].flat())
})
