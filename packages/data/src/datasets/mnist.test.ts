import '@tensorflow/tfjs-backend-cpu'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { dispose, memory, type Tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Batch, BatchStream } from '../batch.js'
import type { Dataset } from '../dataset.js'
import { mnist, mnist_sample } from './mnist.js'

/** How many samples have each label, and the first sample's pixels. */
function survey(dataset: Dataset) {
  const counts = new Array(dataset.c!).fill(0)
  const { xs, ys } = dataset.batch(Int32Array.of(0)) as Batch
  const first = Array.from((xs as Tensor).dataSync())
  dispose([xs, ys].flat())
  const step = 1000
  for (let start = 0; start < dataset.length; start += step) {
    const indices = Int32Array.from({ length: Math.min(step, dataset.length - start) }, (_, i) => start + i)
    const { xs, ys } = dataset.batch(indices) as Batch
    for (const label of (ys as Tensor).dataSync()) counts[label]++
    dispose([xs, ys].flat())
  }
  return { counts, first }
}

const firstPass = (stream: BatchStream) =>
  Array.from(stream as Iterable<Batch>, ({ xs, ys, size }) => {
    const labels = Array.from((ys as Tensor).dataSync())
    dispose([xs, ys].flat())
    return { labels, size }
  })

describe('mnist', () => {
  test('has the published numbers of each digit, and the first image', async () => {
    const before = memory().numTensors
    const data = await mnist()
    expect([data.inputShape, data.c, data.target, data.classes?.join('')]).toEqual([[28, 28, 1], 10, 'class', '0123456789'])
    expect([data.train_dl.length, data.valid_dl?.length]).toEqual([937, 157])
    const train = survey(data.train_ds!)
    expect(train.counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect(survey(data.valid_ds!).counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    const row = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127, 0, 0, 0, 0]
    expect(train.first.slice(5 * 28, 6 * 28)).toEqual(row.map(value => Math.fround(value / 255)))
    expect(memory().numTensors).toBe(before)
  })
})

describe('mnist_sample', () => {
  test('is 3s and 7s in three channels, in batches as fastai makes them', async () => {
    const before = memory().numTensors
    const data = await mnist_sample({ channels: undefined, classes: undefined })
    expect([data.inputShape, data.c, data.classes]).toEqual([[28, 28, 3], 2, ['3', '7']])
    expect([data.train_dl.samples, data.train_dl.length, data.valid_dl?.samples, data.valid_dl?.length]).toEqual([
      12396, 193, 2038, 32,
    ])
    const train = survey(data.train_ds!)
    expect(train.counts).toEqual([6131, 6265])
    expect(survey(data.valid_ds!).counts).toEqual([1010, 1028])
    const row = [38, 43, 105, 255, 253, 253, 253, 253, 253, 174, 6].flatMap(value => Array(3).fill(Math.fround(value / 255)))
    expect(train.first.slice((5 * 28 + 11) * 3, (5 * 28 + 22) * 3)).toEqual(row)

    const valid = firstPass(data.valid_dl!)
    expect(valid.map(({ size }) => size)).toEqual([...Array(31).fill(64), 54])
    expect(valid[0]?.labels.slice(0, 10)).toEqual([1, 1, 0, 1, 0, 0, 1, 1, 1, 0])
    expect(memory().numTensors).toBe(before)
  })

  test('the seed decides the order', async () => {
    const labels = async (seed: number) => firstPass((await mnist_sample({ seed })).train_dl)
    const one = await labels(1)
    expect(one.every(({ size }) => size === 64)).toBe(true)
    expect(await labels(1)).toEqual(one)
    expect(await labels(2)).not.toEqual(one)
  })
})

describe('mnist from a folder', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mnist-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const images = (count: number) =>
    Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, 2]), Buffer.alloc(count * 2, 7)])
  const labels = (...values: number[]) => Buffer.from([0, 0, 8, 1, 0, 0, 0, values.length, ...values])
  async function write(part: string, pixels: Buffer, classes: Buffer) {
    await writeFile(join(folder, `${part}-images-idx3-ubyte.gz`), gzipSync(pixels))
    await writeFile(join(folder, `${part}-labels-idx1-ubyte.gz`), gzipSync(classes))
  }

  test('names a file that is not there', async () => {
    await expect(mnist({ folder })).rejects.toThrow(/There is no train-images-.* in .*; expected the four IDX files/)
  })

  test('reads compressed files, and chooses digits in the order asked for', async () => {
    await write('train', images(4), labels(9, 1, 4, 9))
    await write('t10k', images(2), labels(1, 9))
    const data = await mnist({ folder, digits: [9, 1], bs: 3, classes: ['boot', 'trouser'] })
    expect([data.inputShape, data.classes]).toEqual([
      [1, 2, 1],
      ['boot', 'trouser'],
    ])
    expect(survey(data.train_ds!).counts).toEqual([2, 1])
    expect(firstPass(data.valid_dl!)).toEqual([{ labels: [1, 0], size: 2 }])
  })

  test('reads them under an address, where a server may answer with its page for what it does not have', async () => {
    await write('train', images(2), labels(0, 1))
    await write('t10k', images(1), labels(1))
    const server = createServer(async ({ url }, response) => {
      response.end(await readFile(join(folder, url!)).catch(() => '<!doctype html>'))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const folder of [host, `${host}/`, new URL(host)])
      expect(survey((await mnist({ folder, bs: 1, digits: [0, 1] })).train_ds!).counts).toEqual([1, 1])
    expect(survey((await mnist({ folder: pathToFileURL(folder), bs: 1 })).train_ds!).counts.slice(0, 2)).toEqual([1, 1])
    await expect(mnist({ folder: `${host}/none`, bs: 1 })).rejects.toThrow(/There is no .*-ubyte or .* in http/)
    server.close()
    server.closeAllConnections()
  })

  test('refuses images and labels that differ in number, and labels that are no digits', async () => {
    await write('t10k', images(2), labels(1, 9))
    await write('train', images(3), labels(0, 1))
    await expect(mnist({ folder, bs: 1 })).rejects.toThrow(/holds 3 images, but .* holds labels of shape \[2\]; expected \[3\]/)
    await write('train', images(2), labels(0, 11))
    await expect(mnist({ folder, bs: 1 })).rejects.toThrow(/Label 1 of .* is 11; expected a digit from 0 to 9/)
    await write('train', labels(0, 1), labels(0, 1))
    await expect(mnist({ folder, bs: 1 })).rejects.toThrow('expected bytes of shape [images, height, width]')
  })

  test.each([[[]], [[3, 3]], [[10]], [[1.5]]])('refuses the digits %j', async digits => {
    await expect(mnist({ digits })).rejects.toThrow(/digit.* (is .*; expected|must be a whole number from 0 to 9, but it is )/)
  })
})
