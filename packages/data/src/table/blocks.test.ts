import '@tensorflow/tfjs-backend-cpu'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { memory, type Tensor } from '@tensorflow/tfjs-core'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BatchStream, disposeOf } from '../batch.js'
import { TabularDataBunch } from './tabular-data-bunch.js'

const count = 60_000
const rows = Array.from({ length: count }, (_, i) => ({
  id: i / 2,
  word: i % 11 === 0 ? '' : `"w${i % 7},é\n${'x'.repeat(20)}"`,
  size: i % 13 === 0 ? '' : `${(i % 1000) / 8}`,
  w: (i % 3) / 2,
}))
const csv = `id,word,size,w\r\n${rows.map(({ id, word, size, w }) => `${id},${word},${size},${w}\r\n`).join('')}`
const options = { y: 'id', weights: 'w', bs: 1000, seed: 2, cat_names: ['word'], cont_names: ['size'] }

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blocks-'))
  path = join(folder, 'large.csv')
  await writeFile(path, `\uFEFF${csv}`)
})
afterAll(() => rm(folder, { recursive: true }))

/** What a pass has, by the id of each row. */
async function read(stream: BatchStream, batches = Number.POSITIVE_INFINITY) {
  const ids: number[] = []
  const byId = new Map<number, number[]>()
  for await (const batch of stream) {
    const all = [batch.xs, batch.ys, batch.weights!].flat().map(tensor => (tensor as Tensor).arraySync() as number[] | number[][])
    const own = all.at(-2) as number[]
    for (const [i, id] of own.entries())
      byId.set(
        id,
        all.flatMap(values => values[i]!),
      )
    ids.push(...own)
    disposeOf(batch)
    if (--batches === 0) break
  }
  return { ids, byId }
}

describe('a file that is larger than memory may hold', () => {
  test('gives the rows that it gives in memory, each once, and learns the same of them', async () => {
    const before = memory().numTensors
    const [large, small] = [
      await TabularDataBunch.from_csv(path, { ...options, memory: 2 ** 20 }),
      await TabularDataBunch.from_csv(path, options),
    ]
    expect(large.train_ds!.asynchronous).toBe(true)
    expect(small.train_ds!.asynchronous).toBeFalsy()
    expect(large.inputs.state()).toEqual(small.inputs.state())
    for (const part of ['train_dl', 'valid_dl'] as const) {
      const [ours, theirs] = [await read(large[part]!.inOrder!()), await read(small[part]!.inOrder!())]
      expect(ours.ids.length).toBe(new Set(ours.ids).size)
      expect(ours.byId).toEqual(theirs.byId)
    }
    expect([large.inputShape, large.inputNames, large.targetShape, large.weighted]).toEqual([
      small.inputShape,
      small.inputNames,
      small.targetShape,
      true,
    ])
    expect([...(await large.show_batch({ rows: 2 })).rows()]).toHaveLength(2)
    expect(memory().numTensors).toBe(before)
  })

  test('is shuffled by its seed, anew in each pass, and goes on from any batch', async () => {
    const open = () => TabularDataBunch.from_csv(path, { ...options, memory: 2 ** 20 })
    const [one, two] = [await open(), await open()]
    const first = await read(one.train_dl)
    expect((await read(two.train_dl)).ids).toEqual(first.ids)
    expect(first.ids).not.toEqual([...first.ids].sort((a, b) => a - b))
    let state: unknown
    const rest: number[] = []
    let batches = 0
    for await (const batch of one.train_dl) {
      if (++batches === 5) state = JSON.parse(JSON.stringify(one.train_dl.state()))
      if (batches > 5) rest.push(...((batch.ys as Tensor).arraySync() as number[]))
      disposeOf(batch)
    }
    const third = await open()
    third.train_dl.restore(state as never)
    expect((await read(third.train_dl)).ids).toEqual(rest)
    third.train_dl.reseed!(2)
    expect((await read(third.train_dl)).ids).toEqual(first.ids)
  })

  test('is read by its lines where something is wrong, and again where a column is text after all', async () => {
    const wrong = join(folder, 'wrong.csv')
    await writeFile(wrong, `${csv}1,"w",x,1\r\n`)
    const data = await TabularDataBunch.from_csv(wrong, {
      ...options,
      cat_names: ['word', 'size'],
      cont_names: [],
      memory: 2 ** 20,
    })
    expect(data.procs.types['size']).toBe('text')
    await writeFile(wrong, `${csv}1,2\r\n`)
    const lines = csv.split('\n').length
    await expect(TabularDataBunch.from_csv(wrong, { ...options, memory: 2 ** 20 })).rejects.toThrow(
      `wrong.csv, line ${lines}: 2 cells, but there are 4 columns`,
    )
    await expect(TabularDataBunch.from_csv(gzipSync(csv), { ...options, memory: 100 })).rejects.toThrow(
      'is larger than memory may hold, and it is compressed',
    )
    await expect(TabularDataBunch.from_csv(path, { ...options, memory: 0 })).rejects.toThrow('memory must be a number above 0')
  })

  test('may be Parquet, a group of rows at a time', async () => {
    const n = 5000
    const numbers = Array.from({ length: n }, (_, i) => i)
    const file = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'id', data: numbers.map(i => i / 2), type: 'DOUBLE' },
          { name: 'word', data: numbers.map(i => `w${i % 7}`), type: 'STRING' },
          { name: 'size', data: numbers.map(i => (i % 13 === 0 ? null : i / 8)), type: 'DOUBLE', nullable: true },
          { name: 'w', data: numbers.map(i => (i % 3) / 2), type: 'DOUBLE' },
        ],
        rowGroupSize: 700,
      }),
    )
    const [large, small] = [
      await TabularDataBunch.from_csv(file, { ...options, memory: 20_000 }),
      await TabularDataBunch.from_csv(file, options),
    ]
    expect(large.train_ds!.asynchronous).toBe(true)
    expect(large.inputs.state()).toEqual(small.inputs.state())
    for (const part of ['train_dl', 'valid_dl'] as const)
      expect((await read(large[part]!.inOrder!())).byId).toEqual((await read(small[part]!.inOrder!())).byId)
  })
})
