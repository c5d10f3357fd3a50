import '@tensorflow/tfjs-backend-cpu'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memory, setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EmbeddedDataBunch } from './embedded-data-bunch.js'

const dir = mkdtempSync(join(tmpdir(), 'onecycle-'))
beforeAll(() => setBackend('cpu'))
afterAll(() => rmSync(dir, { recursive: true }))

const items = ['banana', 'plum', 'papaya', 'fig', 'pear']
const y = ['soft', 'hard', 'soft', 'soft', 'hard']
let asked: string[] = []
const embed = async (texts: readonly string[]) => {
  asked.push(...texts)
  return texts.map(text => [text.length, text.split('a').length - 1])
}
const options = { items, y, embed, embedBatch: 2, bs: 1, valid_pct: 0.4, seed: 1 }

test('asks for each item once, and of a cache for those alone that are new', async () => {
  const cache = join(dir, 'vectors.bin')
  asked = []
  const first = await EmbeddedDataBunch.from_items({ ...options, cache })
  expect(asked).toEqual(items)
  expect([first.classes, first.inputShape, first.train_ds!.length]).toEqual([['hard', 'soft'], [2], 3])
  asked = []
  const more = await EmbeddedDataBunch.from_items({ ...options, items: [...items, 'kiwi'], y: [...y, 'soft'], cache })
  expect(asked).toEqual(['kiwi'])
  const before = memory().numTensors
  const all = await Promise.all(
    [more.train_ds!, more.valid_ds!].map(set => set.batch(Int32Array.from({ length: set.length }, (_, i) => i))),
  )
  const rows = all.flatMap(({ xs }) => (xs as Tensor).arraySync() as number[][])
  expect(rows.sort()).toEqual([...items, 'kiwi'].map(text => [text.length, text.split('a').length - 1]).sort())
  for (const { xs, ys } of all) for (const tensor of [xs, ys].flat()) tensor.dispose()
  expect(memory().numTensors).toBe(before)
})

test('makes inputs of new items, tensors too, and knows them from numbers', async () => {
  const before = memory().numTensors
  const data = await EmbeddedDataBunch.from_items({ ...options, embed: texts => tensor2d(texts.map(text => [text.length])) })
  const { xs, one } = await data.inputs.of(['lime', 'lemon'] as never)
  expect([(xs as Tensor).arraySync(), one]).toEqual([[[4], [5]], false])
  ;(xs as Tensor).dispose()
  expect([['a'], 'a', { path: 'a' }, [1, 2], [[1]], xs, 3].map(each => data.inputs.takes(each, []))).toEqual([true, true, true, false, false, false, false]) // biome-ignore format: long
  expect(memory().numTensors).toBe(before)
})

test.each([
  [() => [[1]], 'embed gave [[1]] for 2 items; expected a list of as many vectors'],
  [() => [[1], [1, 2]], "embed gave a vector of 2 numbers for 'plum'; expected 1 finite numbers"],
  [() => [[1], [Number.NaN]], "embed gave a vector of a number that is not finite for 'plum'"],
])('refuses vectors that do not fit', async (embed, message) => {
  await expect(EmbeddedDataBunch.from_items({ ...options, embed: embed as never })).rejects.toThrow(message)
})

test('refuses a label that is none of the classes, before anything is embedded', async () => {
  asked = []
  await expect(EmbeddedDataBunch.from_items({ ...options, classes: ['hard', 'sof'] })).rejects.toThrow(/'soft'/)
  expect(asked).toEqual([])
})

test('refuses a cache that is something else, or of another model', async () => {
  const path = join(dir, 'other')
  writeFileSync(path, 'hello')
  await expect(EmbeddedDataBunch.from_items({ ...options, cache: path })).rejects.toThrow('it does not begin with a line of JSON')
  const cache = join(dir, 'own.bin')
  await EmbeddedDataBunch.from_items({ ...options, cache })
  const longer = { ...options, cache, items: [...items, 'kiwi'], y: [...y, 'soft'], embed: (texts: readonly string[]) => texts.map(() => [1, 2, 3]) } // biome-ignore format: long
  await expect(EmbeddedDataBunch.from_items(longer)).rejects.toThrow(
    "embed gave a vector of 3 numbers for 'kiwi'; expected 2 finite numbers",
  )
})
