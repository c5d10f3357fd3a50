import '@tensorflow/tfjs-backend-cpu'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { encode } from '@cwasm/lodepng'
import { memory, setBackend } from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Batch, type BatchStream, disposeOf } from '../../batch.js'
import { DataLoader } from '../../data-loader.js'
import { Subset } from '../../dataset.js'
import { ImageDataBunch } from '../../image/image-data-bunch.js'
import { get_transforms } from '../../transform/get-transforms.js'
import { ItemDataset, type ItemDatasetOptions } from '../item-dataset.js'
import type { CacheOptions } from '../reader-of.js'
import { type Labelled, SampleEncoder } from '../sample-encoder.js'
import { Category, Values } from '../targets.js'
import type { Thread, ThreadEvents } from './thread.js'

/** Threads that were started, and tasks that were posted to them. */
const started: Worker[] = []
let posted = 0
/** Their program, and what it does once it has heard a message, `told`, in the next so many threads. */
let program = 'item-thread.js'
let mischief = ''
let times = Number.POSITIVE_INFINITY

// Threads as they are, but known here.
vi.mock('#data/threads.js', async original => ({
  ...(await original<object>()),
  startThread({ message, gone }: ThreadEvents): Thread {
    const address = JSON.stringify(new URL(`../../../dist/node/${program}`, import.meta.url))
    const does = times-- > 0 ? `require('node:worker_threads').parentPort.on('message', told => { ${mischief} })` : ''
    const worker = new Worker(`import(${address}).then(() => { ${does} })`, { eval: true })
    started.push(worker)
    worker.unref()
    worker.on('message', message)
    worker.on('error', error => gone(`failed: ${error.message}`))
    worker.on('exit', code => gone(`ended with exit code ${code}`))
    return {
      post(task, transfer = []) {
        if ('task' in task) posted++
        worker.postMessage(task, transfer)
      },
      keepAlive: alive => (alive ? worker.ref() : worker.unref()),
      end: () => void worker.terminate(),
    }
  },
}))

const items = Array.from({ length: 23 }, (_, i): Labelled => ({ x: [i, i / 7], y: i % 3 ? 'odd' : 'even' }))
const encoder = new SampleEncoder(new Values({ shape: [2] }) as never, new Category({ classes: ['even', 'odd'] }) as never)

const make = (options: Partial<ItemDatasetOptions<Labelled>> = {}) =>
  ItemDataset.from_items({ items, encoder: encoder as never, ...options })

function rowsOf(batch: Batch): number[][] {
  const columns = [batch.xs, batch.ys, batch.weights ?? []].flat().map(each => each.arraySync() as number[])
  disposeOf(batch)
  return columns[0]!.map((_, i) => columns.flatMap(column => column[i]!))
}

async function passOf(loader: BatchStream | undefined): Promise<number[][]> {
  const rows: number[][] = []
  for await (const batch of loader!) rows.push(...rowsOf(batch))
  return rows
}

/** Threads end, so that those of the next test are new. */
async function endAll(): Promise<void> {
  await Promise.all(started.splice(0).map(worker => worker.terminate()))
  await new Promise(setImmediate)
}

let before = 0
beforeAll(() => setBackend('cpu'))
beforeEach(() => {
  before = memory().numTensors
  posted = 0
  ;[mischief, times] = ['', Number.POSITIVE_INFINITY]
})
afterEach(async () => {
  await endAll()
  expect(memory().numTensors).toBe(before)
})

const all = Int32Array.from(items.keys())
const expected = items.map(({ x, y }) => [...Float32Array.from(x as number[]), y === 'odd' ? 1 : 0])

test('batches are the same for any number of threads, from any batch on', async () => {
  const states: unknown[] = []
  const loaderOf = async (num_workers: number) => new DataLoader(await make({ num_workers }), { bs: 4, shuffle: true, seed: 3 })
  const alone = await loaderOf(0)
  const rows = [await passOf(alone), await passOf(alone)]
  for (const num_workers of [1, 2, 3]) {
    const loader = await loaderOf(num_workers)
    expect(loader.prefetch).toBe(2)
    const first: number[][] = []
    for await (const batch of loader) {
      if (num_workers === 2) states.push(JSON.parse(JSON.stringify(loader.state())))
      first.push(...rowsOf(batch))
    }
    expect([first, await passOf(loader)]).toEqual(rows)
  }
  expect(started).toHaveLength(3) // those of one are the first of others
  for (const [i, state] of states.entries()) {
    const again = await loaderOf(2)
    again.restore(state as never)
    expect(await passOf(again)).toEqual(rows[0]!.slice(4 * (i + 1)))
  }
  const part = new Subset(await make({ num_workers: 2 }), Int32Array.of(20, 1, 7))
  expect(await passOf(new DataLoader(part, { bs: 2 }))).toEqual([20, 1, 7].map(i => expected[i]))
})

test('pictures and their masks are the same, changed at random, kept or not, on any thread', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
  try {
    for (const i of all.slice(0, 10)) {
      const bytes = Array.from({ length: 12 * 10 * 4 }, (_, at) => (at * (i + 3)) % 256)
      await writeFile(join(folder, `${i}.png`), encode({ data: Uint8ClampedArray.from(bytes), width: 12, height: 10 }))
      const classes = Array.from({ length: 12 * 10 * 4 }, (_, at) => (at % 4 === 3 ? 255 : ((at >> 2) * i) % 3))
      await writeFile(join(folder, `${i}.mask`), encode({ data: Uint8ClampedArray.from(classes), width: 12, height: 10 }))
    }
    const rows = async (num_workers: number, cache?: CacheOptions) => {
      const data = await ImageDataBunch.from_folder(folder, {
        ...{ valid_pct: 0.2, size: 8, ds_tfms: get_transforms(), get_mask: path => String(path).replace('.png', '.mask') },
        ...{ classes: ['a', 'b', 'c'], bs: 3, seed: 4, num_workers, cache },
      })
      return [await passOf(data.train_dl), await passOf(data.train_dl), await passOf(data.valid_dl)]
    }
    const alone = await rows(0)
    expect(alone[0]).not.toEqual(alone[1])
    const dir = join(folder, 'cache')
    for (const [num_workers, cache] of [[1], [2], [2, { bytes: 1e6, dir }], [0, { dir }]] as const)
      expect(await rows(num_workers, cache)).toEqual(alone)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('no more is read than is prepared', async () => {
  const loader = new DataLoader(await make({ num_workers: 2 }), { bs: 2, prefetch: 3 })
  for await (const batch of loader) {
    disposeOf(batch)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    expect(posted).toBeLessThanOrEqual(2 * (1 + 3))
    break
  }
  expect(posted).toBeLessThanOrEqual(2 * (1 + 3))
})

describe('a thread that ends', () => {
  const at13 = 'told.items?.some(({ x }) => x[0] === 13)'

  test.each([
    [`if (${at13}) process.exit(5)`, 'ended with exit code 5'],
    [`if (${at13}) throw new Error('no memory')`, 'failed: no memory'],
  ])('with an item names it: %s', async (does, fate) => {
    mischief = does
    const strict = await make({ num_workers: 2 })
    await expect(strict.batch(all)).rejects.toThrow(`item 13: the worker thread that read it ${fate}, twice.`)
    expect(rowsOf(await strict.batch(Int32Array.of(5, 12, 14)))).toEqual([5, 12, 14].map(i => expected[i]))
    const lenient = await make({ num_workers: 2, badItems: 'skip' })
    const rows = rowsOf(await lenient.batch(all))
    expect(rows.filter(row => row[3] === 0)).toHaveLength(1)
    expect(rows.map(row => row.slice(0, 3))).toEqual(expected.map((row, i) => (i === 13 ? [0, 0, 0] : row)))
    expect([...lenient.skipped.keys()]).toEqual([13])
  })

  test('by itself is followed by another, and batches are what they were', async () => {
    const loader = new DataLoader(await make({ num_workers: 2 }), { bs: 4 })
    ;[mischief, times] = ['if (told.items) process.exit(1)', 1]
    const rows: number[][] = []
    let i = 0
    for await (const batch of loader) {
      if (i++ === 2) void started.at(-1)!.terminate()
      rows.push(...rowsOf(batch))
    }
    expect(rows).toEqual(expected)
    expect(started.length).toBeGreaterThan(3)
  })

  test('as it begins says so', async () => {
    const dataset = await make({ num_workers: 1 })
    program = 'nothing.js'
    await expect(dataset.batch(all)).rejects.toThrow(
      /do not start: the first one failed: Cannot find module .*With num_workers: 0 there are none/,
    )
    program = 'item-thread.js'
    expect(rowsOf(await dataset.batch(all))).toEqual(expected)
  })
})

test('threads end when nobody asked for anything for a minute', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const dataset = await make({ num_workers: 2 })
    expect(rowsOf(await dataset.batch(all))).toEqual(expected)
    const exits = started.map(worker => once(worker, 'exit'))
    vi.advanceTimersByTime(59_000)
    expect(rowsOf(await dataset.batch(all))).toEqual(expected)
    vi.advanceTimersByTime(61_000)
    await Promise.all(exits)
    expect(rowsOf(await dataset.batch(all))).toEqual(expected)
    expect(started).toHaveLength(4)
  } finally {
    vi.useRealTimers()
  }
})

test('what is wrong with an item is said as on the main thread', async () => {
  const wrong = [...items.slice(0, 3), { x: [1, 2], y: 'od' }]
  const said = async (num_workers: number) =>
    (await make({ items: wrong, num_workers })).batch(Int32Array.of(0, 3)).catch((error: Error) => error)
  const [here, there] = [await said(0), await said(1)] as Error[]
  expect(there!.message).toBe(here!.message)
  expect(there!.message).toContain("item 3: its label 'od'")
  expect(there).toHaveProperty('code', 'unknown-class')
})

test('what cannot be read elsewhere is refused', async () => {
  const own = { load: (x: number) => x, encode: (x: number) => ({ xs: [{ values: Float32Array.of(x), shape: [] }], ys: [] }) }
  await expect(ItemDataset.from_items({ items: [1], encoder: own, num_workers: 1 })).rejects.toThrow(/code of this program alone/)
  await expect(make({ num_workers: -1 })).rejects.toThrow('num_workers must be a whole number of at least 0')
  const odd = await make({ items: [...items, { x: () => 1, y: 'odd' }], num_workers: 1 })
  await expect(odd.batch(Int32Array.of(23))).rejects.toThrow(
    /^An item cannot be sent to a worker thread: .* Use num_workers: 0\.$/,
  )
})

test('a program ends with threads that it does not end', async () => {
  const program = `
    import '@tensorflow/tfjs-backend-cpu'
    import { DataBlock, RegressionBlock } from '@onecycle/data'
    const data = await new DataBlock({ blocks: [RegressionBlock()] }).dataloaders([1, 2, 3, 4, 5], { bs: 2, num_workers: 2 })
    let sum = 0
    for await (const { xs } of data.train_dl) sum += xs.dataSync()[0]
    console.log(sum > 0)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 })
  expect(stdout).toBe('true\n')
})
