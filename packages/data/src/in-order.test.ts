import '@tensorflow/tfjs-backend-cpu'
import { setBackend, type Tensor } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import type { Batch, BatchStream } from './batch.js'
import { Column } from './column.js'
import { DataLoader } from './data-loader.js'
import { ArrayDataset } from './dataset.js'
import { inOrder } from './in-order.js'
import { RandomSampler, type Sampler } from './sampler.js'
import { TfDataStream } from './source/tf-data.js'

beforeAll(() => setBackend('cpu'))

const numbers = Float32Array.from({ length: 10 }, (_, i) => i)
const dataset = new ArrayDataset({ x: new Column(numbers), y: new Column(numbers) })

async function read(stream: BatchStream): Promise<number[][]> {
  const batches: number[][] = []
  for await (const { xs, ys } of stream) {
    batches.push([...(ys as Tensor).dataSync()])
    ;(xs as Tensor).dispose()
    ;(ys as Tensor).dispose()
  }
  return batches
}

it.each([
  ['a shuffled loader', () => new DataLoader(dataset, { bs: 4, shuffle: true, drop_last: true, seed: 3 })],
  ['a loader in order', () => new DataLoader(dataset, { bs: 4 })],
  ['a sampler of one’s own', () => new DataLoader(dataset, { bs: 4, sampler: new RandomSampler(10, 5), drop_last: true })],
])('reads all of %s, in order, and does not move it', async (_, make) => {
  const [loader, other] = [make(), make()]
  expect(await inOrder(loader, read)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ])
  expect(loader.state()).toEqual(other.state())
  expect(await read(loader)).toEqual(await read(other))
  // In the middle of a pass, too, and where one was restored.
  const [ours, theirs] = [loader, other].map(each => each[Symbol.iterator]())
  const value = (pass: Iterator<Batch>) => [...((pass.next().value as Batch).ys as Tensor).dataSync()]
  value(ours!)
  value(theirs!)
  expect((await inOrder(loader, read)).flat()).toEqual([...numbers])
  expect(loader.state()).toEqual(other.state())
  expect(value(ours!)).toEqual(value(theirs!))
  loader.restore({ ...loader.state(), position: 1 })
  expect((await inOrder(loader, read)).flat()).toEqual([...numbers])
  expect(loader.state().position).toBe(1)
})

it('asks a sampler that chooses samples which, and does not move it', async () => {
  let passes = 0
  const few: Sampler = {
    length: 3,
    pass: () => Int32Array.of(7, passes++, 2),
    state: () => passes,
    restore(state) {
      passes = state as number
    },
    reseed() {},
  }
  const loader = new DataLoader(dataset, { bs: 2, sampler: few, drop_last: true })
  expect(await inOrder(loader, read)).toEqual([[7, 0], [2]])
  expect(await inOrder(loader, read)).toEqual([[7, 0], [2]])
  expect(await read(loader)).toEqual([[7, 0]])
  expect(await read(loader)).toEqual([[7, 1]])
})

it('reads a source from its beginning, and leaves the stream where it stood', async () => {
  const source = {
    async *[Symbol.asyncIterator]() {
      for (const batch of new DataLoader(dataset, { bs: 4 })) yield { xs: batch.xs as Tensor, ys: batch.ys as Tensor }
    },
  }
  const stream = new TfDataStream(source, { bs: 4, length: 3 })
  stream.restore({ ...stream.state(), position: 2 })
  expect((await inOrder(stream, read)).flat()).toEqual([...numbers])
  expect(await read(stream)).toEqual([[8, 9]])
})

it('puts a stream of one’s own back, whatever happens', async () => {
  const loader = new DataLoader(dataset, { bs: 5, shuffle: true, seed: 1 })
  const { batchSize, length, samples } = loader
  const own: BatchStream = {
    ...{ batchSize, length, samples },
    [Symbol.iterator]: () => loader[Symbol.iterator](),
    state: () => loader.state(),
    restore: state => loader.restore(state),
  }
  const before = loader.state()
  expect((await inOrder(own, read)).flat().sort()).toEqual([...numbers])
  expect(loader.state()).toEqual(before)
  await expect(
    inOrder(own, async stream => {
      await read(stream)
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(loader.state()).toEqual(before)
})
