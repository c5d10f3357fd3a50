import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Tensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Batch, disposeOf } from '../batch.js'
import { TextDataBunch } from './text-data-bunch.js'
import { get_text_files } from './text-folder.js'
import { TextInputs } from './text-inputs.js'
import { Vocab } from './vocab.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const made: string[] = []

afterAll(() => Promise.all(made.map(folder => rm(folder, { recursive: true }))))

async function writeFiles(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'texts-'))
  made.push(folder)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}

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
    const padding = batches
      .flatMap(({ xs }) => xs)
      .flat()
      .filter(number => number === 1).length
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
    await expect(fields.inputs.of('A film' as never)).rejects.toThrow(
      'expected an object with the texts kind, text, as in training',
    )
    const vocab = new Vocab(['xxunk', 'xxpad', 'xxbos', 'film'])
    expect((await TextDataBunch.from_df(rows, { ...how, vocab })).inputs.vocab).toBe(vocab)
  })

  it('cuts long texts, says so, and numbers new ones the same', async () => {
    const data = await TextDataBunch.from_df(rows, { ...how, max_len: 5 })
    expect(data.inputShape).toEqual([5])
    expect(String(data.summary())).toContain('cut         36 texts, at 5 tokens')
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
    await expect(csv('a,x\nb,y\n', { label_col: 4 })).rejects.toThrow(
      'label_col is 4, but the text has 2 columns, text, kind, numbered from 0.',
    )
    await expect(csv('a,x\nb,y\n', { label_col: 'text' })).rejects.toThrow('text is both text_col and label_col')
    await expect(TextDataBunch.from_df(rows, { text_col: 'stars', label_col: 'kind' })).rejects.toThrow(
      'text_col: stars of the table is a column of kind number; expected texts.',
    )
    await expect(TextDataBunch.from_df(rows, { ...how, label_col: 'tags', target: 'multilabel' })).rejects.toThrow(
      "what stands between them: label_delim: ';'",
    )
    const latin = Uint8Array.from([...'text,kind\n'].map(c => c.charCodeAt(0)).concat(0xe9, 0x2c, 0x61, 10))
    await expect(TextDataBunch.from_csv(latin, how)).rejects.toThrow(
      "the bytes is no text in utf-8. Say how it is written, encoding: 'windows-1252'",
    )
    await expect(TextDataBunch.from_df(rows, { ...how, textcol: 'text' } as never)).rejects.toThrow('Did you mean text_col')
  })
})

describe('a folder of texts', () => {
  const text = (label: string, i: number) => `A ${label === 'good' ? 'fine' : 'boring'} film ${i}`
  const make = (sides: Readonly<Record<string, number>>) =>
    writeFiles(
      Object.fromEntries(
        Object.entries(sides).flatMap(([path, n]) =>
          Array.from({ length: n }, (_, i) => [`${path}/${i}.txt`, text(path.split('/').at(-1)!, i)] as const),
        ),
      ),
    )
  const how = { bs: 2, min_freq: 1, seed: 1 } as const

  it('is divided by itself, or at random', async () => {
    const divided = await make({ 'train/good': 6, 'train/bad': 6, 'valid/good': 2, 'valid/bad': 2, 'other/x': 1 })
    const data = await TextDataBunch.from_folder(divided, how)
    expect([...data.classBalance!.rows()]).toEqual([
      { class: 'bad', train: 6, valid: 2, part: 0.5 },
      { class: 'good', train: 6, valid: 2, part: 0.5 },
    ])
    const random = await TextDataBunch.from_folder(`${divided}/train`, { ...how, valid_pct: 0.25 })
    expect(String(random.summary())).toMatch(/12 of .*\/train: 9 to train on, 3 to validate on/)
    expect((await get_text_files(`${divided}/valid`)).map(path => path.slice(divided.length))).toEqual([
      ...['/valid/bad/0.txt', '/valid/bad/1.txt', '/valid/good/0.txt', '/valid/good/1.txt'],
    ])
    const some = await TextDataBunch.from_folder(divided, { ...how, valid_pct: 0.25, classes: ['good', 'bad'] })
    expect(some.classes).toEqual(['good', 'bad'])
  })

  it('says of a class with one file that it is on one side alone', async () => {
    const lines = vi.spyOn(console, 'error').mockReturnValue()
    await TextDataBunch.from_folder(await make({ good: 6, bad: 6, rare: 1 }), { ...how, valid_pct: 0.25 })
    expect(lines.mock.calls.join()).toContain(
      "of class 'rare' there is one text, which is trained on or validated on, and never both.",
    )
    lines.mockRestore()
  })

  it('is refused where there is nothing, no class, no text, or none to validate on', async () => {
    const from = async (sides: Readonly<Record<string, number>>, options: object = { valid_pct: 0.2 }) =>
      TextDataBunch.from_folder(await make(sides), { ...how, ...options })
    await expect(from({})).rejects.toThrow('is empty; expected files of text.')
    await expect(from({ good: 2 }, { extensions: ['.md'], valid_pct: 0.2 })).rejects.toThrow(
      "has 2 files, such as 'good/0.txt', and none of them ends in .md",
    )
    await expect(TextDataBunch.from_folder('/no/such/folder')).rejects.toThrow(
      'Cannot look into /no/such/folder: there is no such folder.',
    )
    await expect(from({ good: 5 })).rejects.toThrow("has texts of the class 'good' alone")
    await expect(from({ good: 5, bad: 5 }, {})).rejects.toThrow(
      'has no texts in train and valid: to divide one folder at random give valid_pct: 0.2.',
    )
    await expect(from({ 'train/good': 5, 'train/bad': 5 }, {})).rejects.toThrow('has no texts in valid:')
    await expect(from({ 'train/good': 2, 'train/bad': 2, 'valid/fine': 1 }, {})).rejects.toThrow(
      "texts of the class 'fine' to validate on, and none to train on",
    )
    await expect(from({ good: 2, bad: 2 }, { classes: ['good', 'bat'], valid_pct: 0.2 })).rejects.toThrow(
      "no texts of the class 'bat'; did you mean 'bad'?",
    )
    await expect(from({ good: 2 }, { train: '../other' })).rejects.toThrow("'../other' lies outside of")
    const [loose, empty, latin] = [
      await writeFiles({ 'a/1.txt': 'x', '2.txt': 'y' }),
      await writeFiles({ 'a/1.txt': 'x', 'b/2.txt': ' \n' }),
      await writeFiles({ 'a/1.txt': 'x', 'b/2.txt': Uint8Array.of(0xe9, 0x74, 0xe9) }),
    ]
    await expect(TextDataBunch.from_folder(loose!, { valid_pct: 0.5 })).rejects.toThrow(
      /2\.txt lies in no folder of a class: expected class\/file\./,
    )
    await expect(TextDataBunch.from_folder(empty!, { valid_pct: 0.5 })).rejects.toThrow(/b\/2\.txt: the text is empty/)
    await expect(TextDataBunch.from_folder(latin!, { valid_pct: 0.5 })).rejects.toThrow(/b\/2\.txt is no text in utf-8/)
    expect((await TextDataBunch.from_folder(latin!, { ...how, bs: 1, valid_pct: 0.5, encoding: 'latin1' })).c).toBe(2)
  })
})
