// Alone: sharp, which it loads, writes into the environment.
import '@tensorflow/tfjs-backend-cpu'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { encode } from '@cwasm/lodepng'
import { memory, setBackend, type Tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Batch, type BatchStream, disposeOf } from '../batch.js'
import { DataBlock } from '../item/data-block.js'
import { parent_label } from '../item/labellers.js'
import { restoreEncoder } from '../item/restore-encoder.js'
import { GrandparentSplitter } from '../item/splitters.js'
import { CategoryBlock } from '../item/targets.js'
import { get_transforms } from '../transform/get-transforms.js'
import { Resize, rotate } from '../transform/transforms.js'
import { get_image_files } from './get-image-files.js'
import { ImageDataBunch } from './image-data-bunch.js'
import { imagenet_stats } from './image-options.js'
import { ImageBlock } from './image-part.js'
import { PointBlock } from './points-part.js'

/** A PNG of one colour, with a white square in a corner. */
function square(red: number, { height = 8, width = 8 } = {}): Uint8Array {
  const data = new Uint8ClampedArray(height * width * 4)
  for (let i = 0; i < height * width; i++)
    data.set(i % width < 2 && i < 2 * width ? [255, 255, 255, 255] : [red, 40, 0, 255], 4 * i)
  return encode({ data, height, width })
}

let folder: string
async function put(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const root = await mkdtemp(join(folder, 'set-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
  return root
}

beforeAll(async () => {
  await setBackend('cpu')
  folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
})
afterAll(() => rm(folder, { recursive: true }))
let tensors: number
beforeEach(() => {
  tensors = memory().numTensors
  return () => expect(memory().numTensors).toBe(tensors)
})

/** Two classes of four, two of each to validate on. */
const sides = () =>
  Object.fromEntries(
    ['train', 'valid'].flatMap(side =>
      ['dark', 'light'].flatMap(kind =>
        [0, 1, ...(side === 'train' ? [2, 3] : [])].map(i => [
          `${side}/${kind}/${i}.png`,
          square((kind === 'dark' ? 20 : 200) + i),
        ]),
      ),
    ),
  )

async function read(loader: BatchStream | undefined): Promise<{ xs: number[][]; ys: unknown[]; shape: number[] }> {
  const all = { xs: [] as number[][], ys: [] as unknown[], shape: [] as number[] }
  for await (const batch of loader as AsyncIterable<Batch>) {
    const xs = batch.xs as Tensor
    all.shape = xs.shape.slice(1)
    const [values, size] = [xs.dataSync(), xs.size / batch.size]
    for (let i = 0; i < batch.size; i++) all.xs.push([...values.subarray(i * size, (i + 1) * size)])
    if (!Array.isArray(batch.ys)) all.ys.push(...(batch.ys.arraySync() as unknown[]))
    disposeOf(batch)
  }
  return all
}

const white = [1, 1, 1]
const ofRed = (red: number) => [red / 255, 40 / 255, 0].map(Math.fround)

describe('a folder', () => {
  test('of train and valid, classes in folders, others left out', async () => {
    const root = await put({
      ...sides(),
      'test/x.png': square(1),
      'train/dark/notes.txt': 'no picture',
      'train/light/.hidden.png': 'x',
    })
    const data = await ImageDataBunch.from_folder(root, { bs: 4 })
    expect([data.classes, data.c, data.inputShape, data.target]).toEqual([['dark', 'light'], 2, [8, 8, 3], 'class'])
    expect([data.split[0].length, data.split[1].length]).toEqual([8, 4])
    for (const same of [
      pathToFileURL(root),
      `${root}/`,
      `${root}//`,
      join(relative('.', root), '.'),
      `./${relative('.', root)}`,
    ]) {
      const again = await ImageDataBunch.from_folder(same, { bs: 4 })
      expect([again.classes, again.split[0].length, again.split[1].length]).toEqual([data.classes, 8, 4])
    }
    const { xs, ys } = await read(data.valid_dl)
    expect(ys).toEqual([0, 0, 1, 1])
    expect(xs.map(x => x.slice(0, 3))).toEqual([white, white, white, white])
    expect(xs.map(x => x.slice(6, 9))).toEqual([20, 21, 200, 201].map(ofRed))
    expect([...data.classBalance!.rows()][1]).toEqual({ class: 'light', train: 4, valid: 2, part: 0.5 })
    expect(String(await data.summary())).toBe(
      `items       12 of ${root}: 8 to train on, 4 to validate on\ninput       image\n` +
        'target      one of 2 classes: dark 50 %, light 50 %\nbatch       xs float32 [4, 8, 8, 3], ys int32 [4]',
    )
  })

  test('of one folder, a part of which validates, by one seed the same', async () => {
    const files = Object.fromEntries(
      Object.entries(sides()).map(([name, file]) => [name.replace(/^(train|valid)\/(\w+)\//, '$2/$1'), file]),
    )
    const root = await put(files)
    const make = (size?: number) => ImageDataBunch.from_folder(root, { valid_pct: 0.25, seed: 3, bs: 4, size, channels: 1 })
    const [data, small] = [await make(), await make(4)]
    expect(data.split[1]).toHaveLength(3)
    expect([data.inputShape, small.inputShape]).toEqual([
      [8, 8, 1],
      [4, 4, 1],
    ])
    // Progressive resizing goes on with the same samples on each side.
    expect(small.split).toEqual(data.split)
  })

  test('is augmented where it trains alone, by pass', async () => {
    const root = await put(sides())
    const data = await ImageDataBunch.from_folder(root, { bs: 8, size: 6, ds_tfms: get_transforms({ flip_vert: true }), seed: 5 })
    const [one, two] = [await read(data.train_dl), await read(data.train_dl)]
    const bag = ({ xs }: { xs: number[][] }) => xs.map(x => x.join()).sort()
    expect(bag(one)).not.toEqual(bag(two))
    expect(await read(data.valid_dl)).toEqual(await read(data.valid_dl))
    const second = await ImageDataBunch.from_folder(root, { bs: 8, item_tfms: Resize([5, 6]), batch_tfms: [rotate()] })
    expect([second.inputShape, (await read(second.valid_dl)).shape]).toEqual([
      [5, 6, 3],
      [5, 6, 3],
    ])
    const again = await ImageDataBunch.from_folder(root, {
      bs: 2,
      size: 6,
      ds_tfms: get_transforms({ flip_vert: true }),
      seed: 5,
    })
    expect([bag(await read(again.train_dl)), bag(await read(again.train_dl))]).toEqual([bag(one), bag(two)])
  })

  test('of masks: a class for each pixel, moved as its picture is', async () => {
    const root = await put(sides())
    const get_mask = (path: string | File) => {
      const dark = String(path).includes('dark')
      const data = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 2 && i < 16 ? 255 : dark ? 0 : 100))
      return { data, height: 8, width: 8, channels: 1 }
    }
    const data = await ImageDataBunch.from_folder(root, {
      ...{ bs: 8, get_mask, mask_values: [0, 100, 255], classes: ['night', 'day', 'star'], num_workers: 0 },
      ds_tfms: [[rotate({ degrees: [-90, 90], p: 1 })], []],
    })
    expect([data.target, data.targetShape, data.c]).toEqual(['class', [8, 8], 3])
    const { xs, ys } = await read(data.train_dl)
    let [agree, all] = [0, 0]
    for (const [i, mask] of (ys as number[][][]).entries())
      for (const [at, label] of mask.flat().entries()) {
        const [red, green] = [xs[i]![3 * at]!, xs[i]![3 * at + 1]!]
        const seen = green > 0.6 ? 2 : red > 0.4 ? 1 : 0
        agree += Number(seen === label)
        all++
      }
    expect(agree / all).toBeGreaterThan(0.95)
    // What lies over the pictures is said, but for the first class, which is clear.
    const shown = await data.show_batch({ rows: 2 })
    const names = (await shown.svg({ theme: 'dark' })).match(/>(night|day|star)</g)
    expect(names).toContain('>star<')
    expect(names).not.toContain('>night<')
    await expect(ImageDataBunch.from_folder(root, { get_mask, classes: ['night', 'day'], num_workers: 0 })).rejects.toThrow(
      /its mask has the value (255|100) at x 0, y 0, which is none of the 2 classes, numbered from 0/,
    )
  })
})

describe('a table', () => {
  const pictures = () => ({
    'img/a.png': square(10),
    'img/b.png': square(90),
    'img/c.png': square(200),
    'img/d.png': square(250),
  })

  test('of names and labels', async () => {
    const root = await put({ ...pictures(), 'labels.csv': 'name,label\na,dark\nb,dark\nc,light\nd,light\n' })
    const data = await ImageDataBunch.from_csv(root, { folder: 'img', suffix: '.png', valid_pct: 0.25, bs: 1 })
    expect(data.classes).toEqual(['dark', 'light'])
    for (const [i, { x, y }] of data.items.entries())
      expect([x, y]).toEqual([join(root, 'img', `${'abcd'[i]}.png`), i < 2 ? 'dark' : 'light'])
  })

  test('of several labels, and of values', async () => {
    const root = await put({
      ...pictures(),
      'l.csv': 'f,tags,x,y,v\na.png,sea sky,1,2,1\nb.png,,3,4,0\nc.png,sky,5,6,0\nd.png,sea,7,8,0\n',
    })
    const common = { folder: 'img', csv_labels: 'l.csv', valid_col: 'v', bs: 3 }
    const tags = await ImageDataBunch.from_csv(root, { ...common, label_delim: ' ' })
    expect([tags.target, tags.classes]).toEqual(['multilabel', ['sea', 'sky']])
    expect((await read(tags.valid_dl)).ys).toEqual([[1, 1]])
    expect((await read(tags.train_dl)).ys).toContainEqual([0, 0])
    const values = await ImageDataBunch.from_csv(root, { ...common, label_col: ['x', 'y'] })
    expect([values.target, values.targetShape]).toEqual(['value', [2]])
    expect((await read(values.valid_dl)).ys).toEqual([[1, 2]])
  })

  test('names by a pattern', async () => {
    const root = await put({
      'great_dane_1.png': square(1),
      'great_dane_2.png': square(2),
      'pug_1.png': square(3),
      'pug_2.png': square(4),
    })
    const data = await ImageDataBunch.from_name_re('', await get_image_files(root), /([^/]+)_\d+\.png$/, {
      valid_pct: 0.3,
      bs: 1,
    })
    expect(data.classes).toEqual(['great_dane', 'pug'])
  })
})

test('arrays', async () => {
  const x = Uint8Array.from({ length: 6 * 16 }, (_, i) => Math.floor(i / 16) * 40)
  const data = await ImageDataBunch.from_arrays({
    x,
    y: Uint8Array.of(0, 1, 0, 1, 0, 1),
    classes: ['off', 'on'],
    shape: [4, 4],
    valid_pct: 0.34,
    bs: 2,
  })
  expect([data.classes, data.inputShape, data.split[1].length]).toEqual([['off', 'on'], [4, 4, 3], 2])
  const floats = await ImageDataBunch.from_arrays({
    ...{
      x: Float32Array.from(x, byte => byte / 255),
      y: Float32Array.from({ length: 6 }, (_, i) => i / 2),
      shape: [4, 4, 1],
      channels: 1,
      bs: 2,
    },
    valid: { x: new Float32Array(16).fill(0.5), y: Float32Array.of(9) },
  })
  expect(await read(floats.valid_dl)).toEqual({ xs: [Array(16).fill(0.5)], ys: [9], shape: [4, 4, 1] })
})

test('a DataBlock, normalized, and its points', async () => {
  const root = await put(sides())
  const block = new DataBlock({
    blocks: [ImageBlock({ stats: imagenet_stats }), CategoryBlock()],
    ...{ get_items: get_image_files, get_y: parent_label, splitter: GrandparentSplitter(), item_tfms: Resize(4) },
  })
  const data = await block.dataloaders(root, { bs: 2 })
  expect(data.inputShape).toEqual([4, 4, 3])
  const { xs } = await read(data.valid_dl)
  expect(xs[0]!.at(-1)).toBeCloseTo((0 - 0.406) / 0.225, 5)
  const corners = new DataBlock({
    blocks: [ImageBlock(), PointBlock()],
    get_items: get_image_files,
    get_y: () => [
      [1, 1],
      [8, 4],
    ],
  })
  const points = await corners.dataloaders(root, { bs: 2 })
  expect((await read(points.valid_dl)).ys[0]).toEqual([-0.75, -0.75, 1, 0])
  const again = await restoreEncoder({ kind: 'sample', state: JSON.parse(JSON.stringify(data.state())) })
  const path = join(root, 'valid/dark/0.png')
  const sample = await again.encode((await again.load({ x: path, y: 'dark' })) as never)
  expect([...sample.xs[0]!.values]).toEqual(xs[0])
})

test('normalize by the statistics of a batch, and look at it as it was', async () => {
  const root = await put(sides())
  const data = await (await ImageDataBunch.from_folder(root, { bs: 8 })).normalize()
  const { xs } = await read(data.train_dl)
  const red = xs.flatMap(x => x.filter((_, i) => i % 3 === 0))
  const mean = red.reduce((sum, value) => sum + value, 0) / red.length
  expect(Math.abs(mean)).toBeLessThan(1e-5)
  const plot = await data.show_batch({ rows: 4 })
  const svg = await plot.svg()
  expect(svg).toContain('light')
  expect(String(plot)).toContain('dark')
})

test('new pictures are made as those that validate', async () => {
  const root = await put(sides())
  const data = await ImageDataBunch.from_folder(root, { bs: 4, size: 4, ds_tfms: get_transforms() })
  const paths = data.items.filter((_, i) => data.split[1].includes(i)).map(({ x }) => x)
  expect((await read(await data.test_dl(paths))).xs).toEqual((await read(data.valid_dl)).xs)
})

describe('bad input, a sentence each', () => {
  const folderOf =
    (files: Readonly<Record<string, Uint8Array | string>>, options = {}) =>
    async () =>
      read(
        (await ImageDataBunch.from_folder(await put({ ...sides(), ...files }), { bs: 12, drop_last: false, ...options }))
          .train_dl,
      )
  const part = { valid_pct: 0.2 }
  const csv =
    (text: string, options = {}) =>
    async () =>
      ImageDataBunch.from_csv(await put({ 'a.png': square(1), 'labels.csv': text }), { valid_pct: 0.5, ...options })
  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'no such folder',
      () => ImageDataBunch.from_folder(join(folder, 'none')),
      /Cannot look into .*none: there is no such folder\./,
    ],
    ['an empty folder', async () => ImageDataBunch.from_folder(await put({})), /There are no pictures in .*, which is empty\./],
    [
      'no pictures',
      async () => ImageDataBunch.from_folder(await put({ 'a.txt': 'x' })),
      /none of its 1 files ends in .png, .jpg, .webp or the like/,
    ],
    [
      'no valid',
      async () => ImageDataBunch.from_folder(await put({ 'train/a/1.png': square(1) })),
      /There are no pictures in .*\/valid; expected folders 'train' and 'valid', or valid_pct/,
    ],
    [
      'a class of one file, which validates',
      folderOf({ 'valid/pink/1.png': square(3) }),
      /The class 'pink' has one item, which validates: there is none to train on\. Add some/,
    ],
    [
      'one class',
      async () => ImageDataBunch.from_folder(await put({ 'a/1.png': square(1), 'a/2.png': square(1) }), { valid_pct: 0.5 }),
      /All items have the label 'a': with one class there is nothing to tell apart/,
    ],
    [
      'a file without a class',
      folderOf({ 'train/loose.png': square(3) }),
      /train\/loose.png lies in no folder of a class: expected train\/class\/loose.png in/,
    ],
    [
      'a file without a class in one folder',
      folderOf({ 'loose.png': square(3) }, part),
      /loose.png lies in no folder of a class: expected class\/loose.png in/,
    ],
    [
      'mixed sizes',
      folderOf({ 'train/dark/z.png': square(1, { width: 9 }) }),
      /z.png has the shape \[8,9,3\], others have \[8,8,3\]: samples of one batch have one shape\. For pictures give a size\./,
    ],
    ['an empty file', folderOf({ 'train/dark/z.png': '' }), /train\/dark\/z.png: it is empty \(0 bytes\)/],
    ['a truncated file', folderOf({ 'train/dark/z.png': square(1).subarray(0, 60) }), /z.png: it is a damaged or truncated PNG/],
    [
      'no picture',
      folderOf({ 'train/dark/z.png': '<html></html>' }),
      /z.png: it is no PNG, JPEG or WebP: it starts with the bytes 3c 68 74 6d/,
    ],
    ['too many pixels', folderOf({ 'train/dark/z.png': square(1) }, { maxPixels: 63 }), /8 x 8 pixels, more than maxPixels, 63/],
    [
      'a label missing in a table',
      csv('f,l\na.png,dark\na.png,\n'),
      /Row 1 of .*labels.csv: l is missing; expected a label\. Leave such rows out/,
    ],
    ['a column that is not there', csv('f\na.png\na.png\n'), /has 1 columns, \['f'\], and none numbered 1, from 0/],
    [
      'a path that leads out',
      csv('f,l\n../../x.png,dark\na.png,light\n'),
      /'..\/..\/x.png' lies outside of .*; expected a file in it/,
    ],
    ['no such table', () => ImageDataBunch.from_csv(join(folder, 'none')), /Cannot read .*labels.csv: there is no such file/],
    [
      'a name without a label',
      async () => ImageDataBunch.from_name_re('', ['a/cat.png', 'a/dog_1.png'], /(\w+)_\d/),
      /'a\/cat.png' does not match/,
    ],
    [
      'arrays that do not divide',
      () => ImageDataBunch.from_arrays({ x: new Uint8Array(7), y: [0], shape: [2, 2] }),
      /expected pictures of 4 values each, for the shape \[2,2\]/,
    ],
    [
      'labels that are too few',
      () => ImageDataBunch.from_arrays({ x: new Uint8Array(8), y: [0], shape: [2, 2] }),
      /There are 2 pictures in x, but y is/,
    ],
    [
      'statistics of other channels',
      async () => (await ImageDataBunch.from_folder(await put(sides()), { bs: 2 })).normalize([[0.5], [0.5]]),
      /stats has 1 and 1 numbers; expected 3/,
    ],
  ])('%s', async (_, run, message) => {
    await expect(run()).rejects.toThrow(message)
  })

  test('files that cannot be read are left out and counted, when asked', async () => {
    const bad = { 'train/dark/z.png': '', 'train/light/y.png': square(1).subarray(0, 60) }
    const data = await ImageDataBunch.from_folder(await put({ ...sides(), ...bad }), {
      bs: 10,
      drop_last: false,
      badItems: 'skip',
    })
    let counted = 0
    for await (const batch of data.train_dl as AsyncIterable<Batch>) {
      counted += (batch.weights!.arraySync() as number[]).reduce((sum, weight) => sum + weight, 0)
      disposeOf(batch)
    }
    expect(counted).toBe(8)
    expect([...data.skipped.values()].sort()).toEqual([
      expect.stringMatching(/z.png: it is empty/),
      expect.stringMatching(/y.png: it is a damaged or truncated PNG/),
    ])
  })
})
