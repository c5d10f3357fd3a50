import type { Tensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Batch, disposeOf } from '../batch.js'
import { TextDataBunch } from './text-data-bunch.js'
import { TextInputs } from './text-inputs.js'
import { Vocab } from './vocab.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const rows = Array.from({ length: 40 }, (_, i) => ({
  text: `${i % 2 ? 'A fine' : 'What a bore of a'} film${' indeed'.repeat(i % 5)} ${i}`,
  kind: i % 2 ? 'good' : 'bad',
  stars: i / 10,
  tags: i % 4 === 0 ? '' : i % 2 ? 'fine|film' : 'film',
  check: i % 4 === 0,
}))
const how = { text_col: 'text', label_col: 'kind', bs: 4, min_freq: 1, seed: 3 } as const

async function read(stream: unknown) {
  const batches: { xs: number[][]; ys: unknown }[] = []
  for (const batch of stream as Iterable<Batch>) {
    const of = (tensors: Batch['xs']) => (tensors as Tensor).arraySync()
    batches.push({ xs: of(batch.xs) as number[][], ys: of(batch.ys) })
    disposeOf(batch)
  }
  return batches
}

describe('TextDataBunch', () => {
  it('has texts of like length in a batch, filled up behind, and the same batches for one seed', async () => {
    const before = tf.memory().numTensors
    const data = await TextDataBunch.from_df(rows, how)
    const batches = await read(data.train_dl)
    expect(batches.length).toBe(8)
    const padding = batches.flatMap(({ xs }) => xs).flat().filter(number => number === 1).length
    expect(padding).toBeLessThan(0.1 * batches.flatMap(({ xs }) => xs).flat().length)
    for (const { xs } of batches) for (const text of xs) expect(text.join()).toMatch(/^2,[^1](?:.*,)?(?:,1)*/)
    expect(await read((await TextDataBunch.from_df(rows, how)).train_dl)).toEqual(batches)
    expect(data.train_dl.seed).toBe(3)
    expect(data.c).toBe(2)
    expect(data.classes).toEqual(['bad', 'good'])
    expect(tf.memory().numTensors).toBe(before)
  })

  it('learns its vocabulary from the texts that train', async () => {
    const data = await TextDataBunch.from_df(rows, { ...how, valid_col: 'check' })
    expect(data.inputs.vocab.number('1')).toBeGreaterThan(0)
    expect(data.inputs.vocab.number('8')).toBe(0)
    expect(data.classBalance!.row(0)).toEqual({ kind: 'bad', train: 10, valid: 10, part: 0.5 })
  })

  it('takes values, several labels, several fields, and a vocabulary', async () => {
    const values = await TextDataBunch.from_df(rows, { ...how, label_col: 'stars' })
    expect(values.target).toBe('value')
    const labels = await TextDataBunch.from_df(rows, { ...how, label_col: 'tags', label_delim: '|' })
    expect([labels.target, labels.c, labels.classes]).toEqual(['multilabel', 2, ['film', 'fine']])
    expect([...labels.show_batch({ rows: 40 }).rows()].some(row => row['tags'] === 'film, fine')).toBe(true)
    const fields = await TextDataBunch.from_df(rows, { ...how, text_col: ['kind', 'text'], label_col: 'stars' })
    expect(fields.show_batch({ rows: 1 }).row(0)['text']).toMatch(/^xxbos xxfld 1 \w+ xxfld 2 /)
    const { xs, one } = await fields.inputs.of({ kind: 'good', text: 'A film' })
    expect([one, (xs as Tensor).shape]).toEqual([true, [1, 8]])
    tf.dispose(xs)
    await expect(fields.inputs.of('A film' as never)).rejects.toThrow('expected an object with the texts kind, text, as in training')
    const vocab = new Vocab(['xxunk', 'xxpad', 'xxbos', 'film'])
    expect((await TextDataBunch.from_df(rows, { ...how, vocab })).inputs.vocab).toBe(vocab)
  })

  it('cuts long texts, says so, and numbers new ones the same', async () => {
    const data = await TextDataBunch.from_df(rows, { ...how, max_len: 5 })
    expect(data.inputShape).toEqual([5])
    expect(data.summary()).toContain('cut         36 texts, at 5 tokens')
    const again = TextInputs.restore(JSON.parse(JSON.stringify(data.inputs.state())))
    for (const { text } of rows) expect([...again.numbers(text)]).toEqual([...data.inputs.numbers(text)])
    const [batch] = await read(data.valid_dl)
    expect(batch!.xs[0]!.length).toBe(5)
    const fresh = data.test_dl(['A film', 'What'])
    const [both] = [...fresh]
    expect([(both!.xs as Tensor).shape, both!.ys]).toEqual([[2, 3], []])
    disposeOf(both!)
    expect(again.takes(['a', 'b'])).toBe(true)
    expect(again.takes([1, 2])).toBe(false)
    await expect(again.of(['a', ' '])).rejects.toThrow('Text 1 is empty: there is nothing to predict from.')
  })

  it('reads a file, by the names of its columns or their places', async () => {
    const csv = `kind,text\n${rows.map(({ kind, text }) => `${kind},${text}`).join('\n')}\n`
    const data = await TextDataBunch.from_csv(csv, { ...how, text_col: 1, label_col: 0 })
    expect(data.summary().split('\n')[0]).toBe('texts       40 of the text: 32 to train on, 8 to validate on')
    const numbers = 'text,kind\n1,a\n2,b\n3,a\n4,b\n5,a\n'
    const ids = await TextDataBunch.from_csv(numbers, { ...how, text_col: 'text', label_col: 'kind', bs: 2 })
    expect(ids.inputs.vocab.length).toBeGreaterThan(8)
  })

  it('refuses a row without a text or a label, a file that is none, and columns that are not there', async () => {
    const csv = (lines: string, options: object = {}) => TextDataBunch.from_csv(`text,kind\n${lines}`, { ...how, ...options })
    await expect(csv('a,x\n,y\nb,x\n')).rejects.toThrow('Row 1 of the text: text is empty, and there is nothing to learn from.')
    await expect(csv('a,x\nc,\nb,y\n')).rejects.toThrow('Row 1 of the text: the target kind is missing.')
    await expect(csv('a,x\nb,x\n')).rejects.toThrow("kind is 'x' in every row: with one class there is nothing to tell apart.")
    await expect(csv('a,x\nb,y\n', { label_col: 'label' })).rejects.toThrow("There is no column 'label'")
    await expect(csv('a,x\nb,y\n', { label_col: 4 })).rejects.toThrow('label_col is 4, but the text has 2 columns, text, kind, numbered from 0.')
    await expect(csv('a,x\nb,y\n', { label_col: 'text' })).rejects.toThrow('text is both text_col and label_col')
    await expect(TextDataBunch.from_df(rows, { text_col: 'stars', label_col: 'kind' })).rejects.toThrow(
      'text_col: stars of the table is a column of kind number; expected texts.',
    )
    await expect(TextDataBunch.from_df(rows, { ...how, label_col: 'tags', target: 'multilabel' })).rejects.toThrow("say what divides them, label_delim: ' '")
    const latin = Uint8Array.from([...'text,kind\n'].map(c => c.charCodeAt(0)).concat(0xe9, 0x2c, 0x61, 10))
    await expect(TextDataBunch.from_csv(latin, how)).rejects.toThrow("the bytes is no text in utf-8. Say how it is written, encoding: 'windows-1252'")
    await expect(TextDataBunch.from_df(rows, { ...how, textcol: 'text' } as never)).rejects.toThrow('Did you mean text_col')
  })
})
