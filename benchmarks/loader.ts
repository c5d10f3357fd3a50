// How fast batches come from a folder of PNG files, with 0, 1 and 2 worker threads and with what was decoded kept, and which part of an epoch of W1 a
// Learner waits for them.
// npx tsx benchmarks/loader.ts [PICTURES]
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import * as tf from '@tensorflow/tfjs-core'
import { type Batch, type BatchStream, datasets, ImageDataBunch, Learner, ready, simple_cnn } from 'onecycle'

const pictures = Number(process.argv[2] ?? 6400)
const settings = [
  { name: 'no thread', num_workers: 0 },
  { name: '1 thread', num_workers: 1 },
  { name: '2 threads', num_workers: 2 },
  { name: 'no thread, 100 MB of memory', num_workers: 0, cache: { bytes: 1e8 } },
  { name: '1 thread, 100 MB of memory', num_workers: 1, cache: { bytes: 1e8 } },
]

await ready()
const folder = await mkdtemp(join(tmpdir(), 'pictures-'))
try {
  await writePictures(folder)
  for (const { name, ...options } of settings) {
    const data = await ImageDataBunch.from_folder(folder, { valid_pct: 0.01, bs: 64, seed: 1, ...options })
    const alone = []
    for (let pass = 0; pass < 3; pass++) {
      const start = performance.now()
      let count = 0
      for await (const { xs, ys, size } of data.train_dl) {
        count += size
        tf.dispose([xs, ys].flat())
      }
      alone.push((count / (performance.now() - start)) * 1000)
    }
    const waits: Wait = { time: 0 }
    watch(data.train_dl as BatchStream & AsyncIterable<Batch>, waits)
    const learn = new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 1 }), { progress: false, seed: 1 })
    await learn.fit(0.05, 1)
    waits.time = 0
    const start = performance.now()
    await learn.fit(0.05, 2)
    const time = performance.now() - start
    const perSecond = Math.round(Math.max(...alone)).toLocaleString('en')
    console.log(
      `${name}: ${perSecond} pictures a second; of W1's ${(time / 2000).toFixed(2)} s an epoch ${((100 * waits.time) / time).toFixed(1)} % waiting`,
    )
  }
} finally {
  await rm(folder, { recursive: true })
}

interface Wait {
  time: number
}

/** From here on it is told how long somebody waits for a stream's batches. */
function watch(stream: BatchStream & AsyncIterable<Batch>, waits: Wait): void {
  const pass = stream[Symbol.asyncIterator].bind(stream)
  stream[Symbol.asyncIterator] = async function* () {
    const batches = pass()
    try {
      for (;;) {
        const start = performance.now()
        const next = await batches.next()
        waits.time += performance.now() - start
        if (next.done) return
        yield next.value
      }
    } finally {
      await batches.return?.()
    }
  }
}

/** Threes and sevens of MNIST as grey PNGs, as they are, each in the folder of its class. */
async function writePictures(folder: string): Promise<void> {
  const { train_ds } = await datasets.mnist_sample({ channels: 1 })
  const batch = await train_ds!.batch(Int32Array.from({ length: pictures }, (_, i) => i % train_ds!.length))
  const [pixels, labels] = [(batch.xs as tf.Tensor).dataSync(), (batch.ys as tf.Tensor).dataSync()]
  tf.dispose([batch.xs, batch.ys].flat())
  for (const label of [0, 1]) await mkdir(join(folder, `${label}`))
  const size = 28 * 28
  for (let i = 0; i < pictures; i++) {
    const bytes = Uint8Array.from(pixels.subarray(i * size, (i + 1) * size), value => Math.round(255 * value))
    await writeFile(join(folder, `${labels[i]}`, `${i}.png`), png(bytes, 28, 28))
  }
}

function png(pixels: Uint8Array, height: number, width: number): Uint8Array {
  const chunk = (type: string, content: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), content])
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(content.length, 0)
    ends.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
  }
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, 0, 0, 0, 0])
  const rows = Buffer.concat(
    Array.from({ length: height }, (_, row) => Buffer.concat([Buffer.of(0), pixels.subarray(row * width, (row + 1) * width)])),
  )
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())])
}
