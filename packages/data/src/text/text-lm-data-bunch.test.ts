import type { Tensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { beforeAll, expect, test } from 'vitest'
import { type Batch, disposeOf } from '../batch.js'
import { Ragged } from './ragged.js'
import { TextLMDataBunch } from './text-lm-data-bunch.js'
import { TextStream } from './text-stream.js'
import { Tokenizer } from './tokenizer.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const tokenizer = new Tokenizer({ level: 'char' })

async function read(stream: Iterable<Batch>, most = Number.POSITIVE_INFINITY) {
  const batches: { xs: number[][]; ys: number[][] }[] = []
  for (const batch of stream) {
    const of = (tensors: Batch['xs']) => (tensors as Tensor).arraySync() as number[][]
    batches.push({ xs: of(batch.xs), ys: of(batch.ys) })
    disposeOf(batch)
    if (batches.length === most) break
  }
  return batches
}

const counting = () =>
  new TextStream(new Ragged([Array.from({ length: 22 }, (_, i) => i)]), { bs: 2, bptt: 4, seed: 0, shuffle: false }, 'train')

test('each row of a batch goes on from the batch before, targets are one token ahead, and all batches have one length', async () => {
  const before = tf.memory().numTensors
  const batches = await read(counting())
  expect(batches.map(({ xs }) => xs)).toEqual([
    [[0, 1, 2], [10, 11, 12]],
    [[3, 4, 5], [13, 14, 15]],
    [[6, 7, 8], [16, 17, 18]],
  ]) // biome-ignore format: a table
  expect(batches.map(({ ys }) => ys[1])).toEqual([[11, 12, 13], [14, 15, 16], [17, 18, 19]]) // biome-ignore format: a table
  expect(counting().length).toBe(3)
  expect(tf.memory().numTensors).toBe(before)
})

test('texts come in a new order in each pass, which the seed decides; a state goes on amid a pass, and after it', async () => {
  const texts = new Ragged(Array.from({ length: 9 }, (_, i) => [i, i, i]))
  const make = (seed: number) => new TextStream(texts, { bs: 2, bptt: 4, seed, shuffle: true }, 'train')
  const one = make(1)
  const [first, second] = [await read(one), await read(one)]
  expect(first).not.toEqual(second)
  expect(await read(make(1))).toEqual(first)
  expect(await read(make(2))).not.toEqual(first)
  expect((await read(make(1).inOrder()))[0]!.xs[0]).toEqual([0, 0, 0])

  const other = make(1)
  let state: unknown
  for (const batch of other) {
    disposeOf(batch)
    state = JSON.parse(JSON.stringify(other.state()))
    if ((state as { position: number }).position === 2) break
  }
  const again = make(7)
  again.restore(state as never)
  expect(await read(again)).toEqual(first.slice(2))
  expect(await read(again)).toEqual(second)
  expect(() => counting().restore(state as never)).toThrow('does not fit texts in 3 batches of 2 streams')
})

test('a single text validates on its last part, several on some of them, or on others', async () => {
  const text = 'to be or not to be, that is the question'
  const one = TextLMDataBunch.from_text(text, { tokenizer, bs: 2, bptt: 5, valid_pct: 0.25 })
  const shown = await one.show_batch({ rows: 1 })
  expect(shown.row(0)).toEqual({ text: 'xxbos t o   b', target: 't o   b e' })
  expect(one.c).toBe(one.inputs.vocab.length)
  expect(one.summary().split('\n')).toEqual([
    'texts       1 to train on, 1 to validate on',
    'tokens      chars: 31 to train on, 10 to validate on',
    'vocabulary  17 tokens',
    'batch       xs and ys int32 [2, 5], 3 to train on, 1 to validate on',
  ])
  const many = TextLMDataBunch.from_text(Array(10).fill(text), { tokenizer, bs: 2, bptt: 5, valid_pct: 0.2 })
  expect(many.train_dl.length).toBe(Math.ceil((8 * 41 - 1) / 2 / 5))
  const given = TextLMDataBunch.from_text(text, { tokenizer, valid: 'to be', bs: 2, bptt: 5 })
  expect(given.valid_dl!.length).toBe(1)
  const rows = TextLMDataBunch.from_df(Array(5).fill({ id: 1, text }), {
    tokenizer,
    text_col: 'text',
    bs: 2,
    bptt: 5,
    valid_pct: 0.2,
  })
  expect(rows.inputs.fields).toBeUndefined()
  const files = await TextLMDataBunch.from_text_files([new TextEncoder().encode(text)], { tokenizer, bs: 1, bptt: 5 })
  expect(files.train_dl.samples).toBe(8)
})

test('what is no text, or too little of it, is refused', async () => {
  const from =
    (texts: unknown, options: object = {}) =>
    () =>
      TextLMDataBunch.from_text(texts as string, { tokenizer, ...options })
  expect(from(' ')).toThrow('Text 0: the text is empty')
  expect(from([])).toThrow('takes a text, or a list of them, but got')
  expect(from(3)).toThrow('takes a text, or a list of them, but got 3')
  expect(from('a short text')).toThrow('There are 12 tokens to train on, and bs is 64')
  expect(from('a short text', { bs: 2, valid_pct: 0.1 })).toThrow('There are 1 tokens to validate on, and bs is 2')
  expect(from('a text', { valid: 'b', valid_pct: 0.1 })).toThrow('choose one way')
  expect(from('a text', { seq_len: 3 })).toThrow('has no option seq_len')
  await expect(TextLMDataBunch.from_text_files([Uint8Array.of(0xe9, 0x74)])).rejects.toThrow('the bytes is no text in utf-8')
})
