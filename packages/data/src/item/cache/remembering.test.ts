import '@tensorflow/tfjs-backend-cpu'
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memory, setBackend, type Tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { disposeOf } from '../../batch.js'
import { ItemDataset } from '../item-dataset.js'
import type { ItemEncoder } from '../item-encoder.js'
import type { CacheOptions } from '../reader-of.js'
import { SampleEncoder } from '../sample-encoder.js'
import { Category, Values } from '../targets.js'

let folder: string
let paths: string[]
let before = 0
const loaded: string[] = []
beforeAll(() => setBackend('cpu'))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
  paths = Array.from({ length: 6 }, (_, i) => join(folder, `${i}.txt`))
  for (const [i, path] of paths.entries()) await writeFile(path, `${i}`.repeat(1000))
  loaded.length = 0
  before = memory().numTensors
})
afterEach(async () => {
  expect(memory().numTensors).toBe(before)
  await rm(folder, { recursive: true })
})

interface Loaded {
  readonly letters: Uint8Array
  readonly nothing?: undefined
}

/** The letters of a file, some number added to each, and a number that is drawn. */
function letters(add: number): ItemEncoder<string, Loaded> {
  return {
    kind: 'letters',
    state: () => ({ add }),
    async load(path) {
      loaded.push(path)
      const text = await readFile(path)
      if (text.length === 0) throw new Error('is empty')
      return { letters: Uint8Array.from(text, letter => letter + add), nothing: undefined }
    },
    encode: ({ letters }, random) => ({
      xs: [{ values: Float32Array.of(letters[0]!, letters.length, random?.uniform() ?? 0), shape: [3] }],
      ys: [],
    }),
  }
}

const all = Int32Array.of(0, 1, 2, 3, 4, 5)

/** Rows of passes, and how many items were decoded in each. */
async function passes(
  numbers: readonly number[],
  cache?: CacheOptions,
  add = 0,
): Promise<{ rows: number[][][]; decoded: number[] }> {
  const dataset = await ItemDataset.from_items({ items: paths, encoder: letters(add), cache, badItems: 'skip' })
  const [rows, decoded]: [number[][][], number[]] = [[], []]
  for (const pass of numbers) {
    loaded.length = 0
    const batch = await dataset.batch(all, pass)
    rows.push((batch.xs as Tensor).arraySync() as number[][])
    decoded.push(loaded.length)
    disposeOf(batch)
  }
  return { rows, decoded }
}

const entries = async () =>
  (await readdir(join(folder, 'cache'), { recursive: true }))
    .filter(name => !/^..$/.test(name))
    .map(name => join(folder, 'cache', name))

test('what was decoded stays in memory, as much as there is room for, and what is drawn is drawn anew', async () => {
  const plain = await passes([0, 1, 2])
  expect(plain.decoded).toEqual([6, 6, 6])
  expect(plain.rows[0]).not.toEqual(plain.rows[1])
  expect(await passes([0, 1, 2], { bytes: 1e6 })).toEqual({ rows: plain.rows, decoded: [6, 0, 0] })
  const some = await passes([0, 1, 2], { bytes: 5000 })
  expect(some).toEqual({ rows: plain.rows, decoded: [6, 3, 3] })
})

test('what was decoded lies in a folder, for later programs, until the file or what decodes it is another', async () => {
  const cache = { dir: join(folder, 'cache') }
  const plain = await passes([0, 1])
  expect(await passes([0, 1], cache)).toEqual({ rows: plain.rows, decoded: [6, 0] })
  expect(await passes([0, 1], { ...cache, bytes: 1e6 })).toEqual({ rows: plain.rows, decoded: [0, 0] })
  expect(await entries()).toHaveLength(6)
  expect((await passes([0], cache, 1)).decoded).toEqual([6])
  await writeFile(paths[2]!, 'another')
  await utimes(paths[4]!, 1, 1)
  const changed = await passes([0, 1], cache)
  expect(changed.decoded).toEqual([2, 0])
  expect(changed.rows[0]![2]!.slice(0, 2)).toEqual([97, 7])
})

test('entries that are broken are made anew', async () => {
  const cache = { dir: join(folder, 'cache') }
  const { rows } = await passes([0], cache)
  const [cut, flipped, empty, foreign] = await entries()
  await truncate(cut!, 100)
  const bytes = await readFile(flipped!)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(flipped!, bytes)
  await writeFile(empty!, '')
  await writeFile(foreign!, 'no entry, but longer than what stands before one')
  expect(await passes([0], cache)).toEqual({ rows, decoded: [4] })
  expect((await passes([0], cache)).decoded).toEqual([0])
})

test('a folder holds no more than its limit', async () => {
  const cache = { dir: join(folder, 'cache'), dirBytes: 4000 }
  expect((await passes([0, 1], cache)).decoded).toEqual([6, 3])
  expect((await passes([0], { ...cache, dirBytes: 5000 })).decoded).toEqual([3])
  const sizes = await Promise.all((await entries()).map(async path => (await stat(path)).size))
  expect(sizes.length).toBe(4)
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(5000)
})

test('an error is none to remember', async () => {
  await writeFile(paths[1]!, '')
  const cache = { dir: join(folder, 'cache'), bytes: 1e6 }
  expect((await passes([0, 1], cache)).decoded).toEqual([6, 1])
})

test('threads remember as the main thread does', async () => {
  const encoder = new SampleEncoder(new Values({ shape: [2] }) as never, new Category({ classes: ['a', 'b'] }) as never)
  const items = Array.from({ length: 9 }, (_, i) => ({ x: [i, i * i], y: i % 2 ? 'a' : 'b' }))
  const rows = async (num_workers: number, cache?: CacheOptions) => {
    const dataset = await ItemDataset.from_items({ items, encoder: encoder as never, num_workers, cache })
    const read = [0, 1].map(async pass => {
      const batch = await dataset.batch(Int32Array.from(items.keys()), pass)
      const values = [batch.xs, batch.ys].flat().map(each => each.arraySync())
      disposeOf(batch)
      return values
    })
    return Promise.all(read)
  }
  const plain = await rows(0)
  const cache = { dir: join(folder, 'cache'), bytes: 1e6 }
  expect(await rows(2, cache)).toEqual(plain)
  expect(await entries()).toHaveLength(9)
  expect(await rows(1, cache)).toEqual(plain)
  expect(await entries()).toHaveLength(9)
})

test('what cannot be is refused', async () => {
  const own = { ...letters(0), kind: undefined }
  const make = (cache: CacheOptions, encoder: ItemEncoder<string> = letters(0) as never) =>
    ItemDataset.from_items({ items: paths, encoder, cache })
  await expect(make({ dir: folder }, own as never)).rejects.toThrow('code of this program alone')
  await expect(make({ bytes: -1 })).rejects.toThrow('bytes of cache must be a number at least 0')
  await expect(make({ dir: 'somewhere/' })).rejects.toThrow('dir of cache')
  await expect(make({ byte: 1 } as never)).rejects.toThrow('cache has no option byte')
  await writeFile(join(folder, 'file'), '')
  await expect(passes([0], { dir: join(folder, 'file') })).rejects.toThrow(/^Cannot write to .*file, the dir of cache: EEXIST/)
})
