// How fast batches come from a folder of PNG files, with 0, 1 and 2 worker threads and with what was decoded kept, and which part of an epoch of W1
// goes by until they are there: what the main thread does for them, and waiting with nothing to do.
// npx tsx benchmarks/loader.ts [PICTURES] [ONLY]
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
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
  for (const { name, ...options } of settings.filter(({ name }) => name.startsWith(process.argv[3] ?? ''))) {
    const data = await ImageDataBunch.from_folder(folder, { valid_pct: 0.01, bs: 64, seed: 1, ...options })
    const alone: number[] = []
    const reading = await measured(pictures * 3, async () => {
      for (let pass = 0; pass < 3; pass++) {
        const start = performance.now()
        for await (const { xs, ys } of data.train_dl) tf.dispose([xs, ys].flat())
        alone.push((data.train_dl.samples / (performance.now() - start)) * 1000)
      }
    })
    const waits: Wait = { time: 0 }
    watch(data.train_dl as BatchStream & AsyncIterable<Batch>, waits)
    const learn = new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 1 }), { progress: false, seed: 1 })
    await learn.fit(0.05, 1)
    waits.time = 0
    const start = performance.now()
    const before = performance.eventLoopUtilization()
    const fitting = await measured(pictures * 2, () => learn.fit(0.05, 2))
    const time = performance.now() - start
    const { idle } = performance.eventLoopUtilization(before)
    const share = (part: number) => `${((100 * part) / time).toFixed(1)} %`
    console.log(
      `${name}: ${Math.round(Math.max(...alone)).toLocaleString('en')} pictures a second (${reading}); W1 spends ${share(waits.time)} of an epoch on ` +
        `batches, ${share(idle)} with nothing to do (${fitting})`,
    )
  }
} finally {
  await rm(folder, { recursive: true })
}

/** Microseconds of a processor that the main thread and all others take for a picture, where the system tells. */
async function measured(pictures: number, act: () => Promise<unknown>): Promise<string> {
  const before = await threadTimes()
  await act()
  const after = await threadTimes()
  const spent = [...after].map(([thread, time]) => ({
    main: thread === `${process.pid}`,
    time: time - (before.get(thread) ?? 0),
  }))
  const of = (main: boolean) => spent.reduce((sum, each) => sum + (each.main === main ? each.time : 0), 0) / pictures
  return after.size > 0
    ? `µs of a processor for each: ${of(true).toFixed(0)} of the main thread, ${of(false).toFixed(0)} of others`
    : 'no times'
}

/** Microseconds of each thread. Linux alone tells. */
async function threadTimes(): Promise<Map<string, number>> {
  const threads = await readdir('/proc/self/task').catch(() => [])
  const times = threads.map(async thread => {
    const stat = await readFile(`/proc/self/task/${thread}/stat`, 'utf8').catch(() => '')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [thread, (Number(fields[11]) + Number(fields[12])) * 1e4] as const // in hundredths of a second
  })
  return new Map(await Promise.all(times))
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
