// Samples a second of a loader alone, beside PyTorch's DataLoader over the same files with like transforms (Pillow and torchvision), where python3 has
// them, and beside tf.data, in turns: MNIST in memory, as a folder of PNG files, and JPEG files with the default changes.
// npx tsx benchmarks/images.ts [PICTURES] [ROUNDS] [memory|png|jpeg]
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { useBackend } from '@onecycle/backend'
import { Column, DataBunch, datasets, get_transforms, ImageDataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import * as tfData from '@tensorflow/tfjs-data'
import sharp, { type Sharp } from 'sharp'
import { png } from './png.js'
import { startPython } from './python-server.js'
import { type Contestant, compared, inTurns, timed } from './turns.js'

const pictures = Number(process.argv[2] ?? 4000)
const rounds = Number(process.argv[3] ?? 5)
const only = process.argv[4]
const bs = 64
const size = 128
const workers = [0, 2]

await useBackend()
const folder = await mkdtemp(join(tmpdir(), 'pictures-'))
const python = await startPython('images_torch.py')
try {
  const digits = await digitsOf(pictures)
  if (!only || only === 'memory') await inMemory(digits)
  if (!only || only === 'png') {
    await writePngs(digits)
    await files('png', pictures, {}, async (path: string) => tensorOf(sharp(await readFile(path)).removeAlpha()))
  }
  if (!only || only === 'jpeg') {
    const count = Math.round(pictures / 10)
    await writeJpegs(count)
    const random = new Random(1)
    // Fewer changes than the others make: flips alone.
    const read = async (path: string) => {
      const picture = sharp(await readFile(path)).resize(size, size)
      return tensorOf(random.int(2) === 1 ? picture.flop() : picture)
    }
    await files('jpeg', count, { size, ds_tfms: get_transforms() }, read)
  }
} finally {
  python?.end()
  await rm(folder, { recursive: true })
}

interface Digits {
  readonly pixels: Uint8Array
  readonly labels: Int32Array
}

async function inMemory({ pixels, labels }: Digits): Promise<void> {
  const bunch = await ImageDataBunch.from_arrays({
    x: pixels,
    y: labels,
    shape: [28, 28],
    channels: 1,
    bs,
    drop_last: false,
    valid_pct: 0.01,
    seed: 1,
  })
  const x = new Column(pixels, { shape: [28, 28, 1], scale: 1 / 255 })
  const plain = DataBunch.from_arrays({ x, y: labels, bs, drop_last: false, valid_pct: 0.01, seed: 1 })
  const theirs = () => {
    const samples = Array.from(labels, (label, i) => ({ xs: pixels.subarray(i * 784, (i + 1) * 784), ys: label }))
    const scaled = tfData
      .array(samples as never[])
      .shuffle(1000, '1')
      .map(({ xs, ys }: { xs: Uint8Array; ys: number }) => ({ xs: tf.tensor3d(Float32Array.from(xs, value => value / 255), [28, 28, 1]), ys })) // biome-ignore format: one call
    return throughTfData(scaled)
  }
  const path = join(folder, 'digits.bin')
  await writeFile(path, pixels)
  await contest(`in memory: ${pictures} of 28 x 28`, pictures, {
    onecycle: () => timed(() => through(bunch)),
    'onecycle, a column of pixels': () => timed(() => through(plain)),
    'tf.data': () => timed(theirs),
    ...torchOf(pictures, { kind: 'memory', path, workers: 0 }, 'PyTorch'),
    ...torchOf(pictures, { kind: 'memory', path, workers: 2 }, 'PyTorch, 2 workers'),
  })
}

async function files(
  kind: 'png' | 'jpeg',
  count: number,
  options: object,
  read: (path: string) => Promise<tf.Tensor>,
): Promise<void> {
  const root = join(folder, kind)
  const contestants: Record<string, Contestant> = {}
  for (const num_workers of workers) {
    const data = await ImageDataBunch.from_folder(root, {
      valid_pct: 0.01,
      bs,
      drop_last: false,
      seed: 1,
      num_workers,
      ...options,
    })
    contestants[`onecycle, ${num_workers} threads`] = () => timed(() => through(data))
  }
  const classes = await readdir(root)
  const paths = (await Promise.all(classes.map(async name => (await readdir(join(root, name))).map(file => ({ path: join(root, name, file), ys: Number(name) }))))).flat() // biome-ignore format: one call
  const theirs = () => {
    const decoded = tfData.array(paths).shuffle(paths.length, '1').mapAsync(async ({ path, ys }) => ({ xs: await read(path as string), ys })) // biome-ignore format: one call
    return throughTfData(decoded.prefetch(bs))
  }
  contestants['tf.data with sharp'] = () => timed(theirs)
  for (const num of workers)
    Object.assign(contestants, torchOf(count, { kind, path: root, size, workers: num }, `PyTorch, ${num} workers`))
  await contest(
    `${kind}: ${count} files${kind === 'jpeg' ? `, changed, to ${size} x ${size}` : ' of 28 x 28'}`,
    count,
    contestants,
  )
}

function torchOf(count: number, asked: object, name: string): Record<string, Contestant> {
  if (!python) return {}
  const ask = async () => {
    const took = await python.ask({ ...asked, bs })
    if (took.count !== count) throw new Error(`PyTorch read ${took.count} of ${count} pictures.`)
    return took
  }
  return { [name]: ask }
}

async function contest(title: string, count: number, contestants: Record<string, Contestant>): Promise<void> {
  console.log(`${title}, least / median of ${rounds}:`)
  for (const line of compared(await inTurns(contestants, rounds), count, 'pictures')) console.log(`  ${line}`)
}

/** All batches of both sides. */
async function through(data: DataBunch): Promise<void> {
  for (const loader of [data.train_dl, data.valid_dl!])
    for await (const { xs, ys } of loader as AsyncIterable<{ xs: tf.Tensor; ys: tf.Tensor }>) tf.dispose([xs, ys].flat())
}

async function throughTfData(samples: tfData.Dataset<tf.TensorContainer>): Promise<void> {
  await samples.batch(bs).forEachAsync(batch => void tf.dispose(batch))
}

async function tensorOf(picture: Sharp): Promise<tf.Tensor> {
  const { data, info }: { data: Uint8Array; info: { width: number; height: number; channels: number } } = await picture
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return tf.tensor3d(
    Float32Array.from(data, value => value / 255),
    [info.height, info.width, info.channels],
  )
}

async function digitsOf(count: number): Promise<Digits> {
  const { train_ds } = await datasets.mnist()
  const { xs, ys } = (await train_ds!.batch(Int32Array.from({ length: count }, (_, i) => i))) as { xs: tf.Tensor; ys: tf.Tensor }
  const [values, labels] = [await xs.data(), Int32Array.from(await ys.data())]
  const channels = xs.shape[3] ?? 1
  tf.dispose([xs, ys])
  return { pixels: Uint8Array.from({ length: count * 784 }, (_, i) => Math.round(values[i * channels]! * 255)), labels }
}

/** A folder for each digit. */
async function writePngs({ pixels, labels }: Digits): Promise<void> {
  for (let digit = 0; digit < 10; digit++) await mkdir(join(folder, 'png', `${digit}`), { recursive: true })
  for (const [i, label] of labels.entries())
    await writeFile(join(folder, 'png', `${label}`, `${i}.png`), png(pixels.subarray(i * 784, (i + 1) * 784), 28))
}

/** Soft shapes and some noise, as photos have them. */
async function writeJpegs(count: number): Promise<void> {
  const random = new Random(1)
  for (let i = 0; i < count; i++) {
    const small = Uint8Array.from({ length: 12 * 9 * 3 }, () => random.int(256))
    const soft = await sharp(small, { raw: { width: 12, height: 9, channels: 3 } }).resize(400, 300, { kernel: 'cubic', fit: 'fill' }).raw().toBuffer() // biome-ignore format: one call
    const noisy = soft.map(value => Math.max(0, Math.min(255, value + random.int(25) - 12)))
    await mkdir(join(folder, 'jpeg', `${i % 10}`), { recursive: true })
    await writeFile(
      join(folder, 'jpeg', `${i % 10}`, `${i}.jpg`),
      await sharp(noisy, { raw: { width: 400, height: 300, channels: 3 } })
        .jpeg({ quality: 85 })
        .toBuffer(),
    )
  }
}
