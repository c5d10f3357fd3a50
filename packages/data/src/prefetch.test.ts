import '@tensorflow/tfjs-backend-cpu'
import { memory, type Tensor, tensor1d } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Batch, disposeOf } from './batch.js'
import { DataBunch } from './data-bunch.js'
import { DataLoader, type DataLoaderOptions } from './data-loader.js'
import { type Dataset, Subset } from './dataset.js'

const turn = () => new Promise(resolve => setTimeout(resolve, 1))

/** The numbers 0 to n - 1, a while after they were asked for; what was asked for, and what came, is told. */
function slow(n: number, told: string[] = [], fails?: (first: number) => boolean): Dataset {
  return {
    ...{ length: n, inputShape: [], targetShape: [], target: 'value', c: undefined, asynchronous: true },
    async batch(indices) {
      const name = [...indices].join()
      told.push(`asked ${name}`)
      if (fails?.(indices[0]!)) throw new Error(`no ${name}`)
      await turn()
      told.push(`came ${name}`)
      return { xs: tensor1d([...indices]), ys: tensor1d([...indices]), size: indices.length }
    },
  }
}

function read(batch: Batch): number[] {
  const values = Array.from((batch.xs as Tensor).dataSync())
  disposeOf(batch)
  return values
}

async function pass(stream: AsyncIterable<Batch>, batches = Number.POSITIVE_INFINITY): Promise<number[][]> {
  const seen: number[][] = []
  for await (const batch of stream) {
    seen.push(read(batch))
    if (seen.length >= batches) break
  }
  return seen
}

let before = 0
beforeEach(() => {
  before = memory().numTensors
})
afterEach(() => {
  expect(memory().numTensors).toBe(before)
})

test('the next batch is asked for when one has come, and comes while that is used', async () => {
  const told: string[] = []
  for await (const batch of new DataLoader(slow(3, told), { bs: 1 })) {
    told.push(`uses ${read(batch)}`)
    await turn()
    await turn()
  }
  expect(told).toEqual(['asked 0', 'came 0', 'asked 1', 'uses 0', 'came 1', 'asked 2', 'uses 1', 'came 2', 'uses 2'])
})

test.each([
  [0, ['asked 0', 'came 0', 'uses 0', 'asked 1', 'came 1', 'uses 1']],
  [2, ['asked 0', 'asked 1', 'came 0', 'asked 2', 'uses 0', 'came 1', 'asked 3', 'uses 1']],
  [4, ['asked 0', 'asked 1', 'asked 2', 'asked 3', 'came 0', 'uses 0', 'came 1', 'asked 4', 'asked 5', 'uses 1']],
])('so many as prefetch says, %i, some at once', async (prefetch, expected) => {
  const told: string[] = []
  for await (const batch of new DataLoader(slow(6, told), { bs: 1, prefetch })) told.push(`uses ${read(batch)}`)
  expect(told.slice(0, expected.length)).toEqual(expected)
})

describe('a state is of the batches that were handed out', () => {
  test.each([0, 1, 3])('with %i prepared ahead', async prefetch => {
    const options: DataLoaderOptions = { bs: 2, shuffle: true, seed: 3, prefetch }
    const whole = new DataLoader(slow(11), options)
    const passes = [await pass(whole), await pass(whole)]
    expect(passes.map(each => each.flat().sort((a, b) => a - b))).toEqual(
      [0, 1].map(() => Array.from({ length: 11 }, (_, i) => i)),
    )
    for (const [handedOut, left] of [0, 1, 4].entries()) {
      const loader = new DataLoader(slow(11), options)
      let state = loader.state()
      let i = 0
      for await (const batch of loader) {
        disposeOf(batch)
        state = loader.state()
        expect(state.position).toBe(++i)
        if (i > left) break
      }
      expect(handedOut).toBeLessThan(3)
      const other = new DataLoader(slow(11), options)
      other.restore(JSON.parse(JSON.stringify(state)))
      expect([...(await pass(other)), ...(await pass(other))]).toEqual([...passes[0]!.slice(i), ...passes[1]!])
    }
  })
})

test('an error comes when its batch is due, and nothing is left', async () => {
  const loader = new DataLoader(
    slow(5, [], first => first === 2),
    { bs: 1, prefetch: 3 },
  )
  const seen: number[][] = []
  const reading = async () => {
    for await (const batch of loader) {
      seen.push(read(batch))
      await turn()
    }
  }
  await expect(reading()).rejects.toThrow('no 2')
  expect(seen).toEqual([[0], [1]])
  expect(loader.state().position).toBe(0)
})

test('a pass that is left disposes what was prepared', async () => {
  const loader = new DataLoader(slow(9), { bs: 1, prefetch: 4, shuffle: true })
  expect(await pass(loader, 2)).toHaveLength(2)
  expect(loader.state().position).toBe(0)
})

test('parts, streams in order and data bunches have promises too', async () => {
  const part = new Subset(slow(6), Int32Array.of(4, 2))
  expect([part.asynchronous, await pass(new DataLoader(part, { bs: 1 }))]).toEqual([true, [[4], [2]]])
  const { train_dl, valid_dl } = DataBunch.from_datasets(slow(4), slow(3), { bs: 2, seed: 1, prefetch: 2 })
  expect([(train_dl as DataLoader).prefetch, valid_dl!.asynchronous]).toEqual([2, true])
  expect(await pass(train_dl.inOrder!() as DataLoader)).toEqual([[0, 1], [2, 3]]) // biome-ignore format: a table
})

test('a promise that was not foretold is said, and so is a prefetch that is none', async () => {
  const undeclared = { ...slow(4), asynchronous: false }
  expect(() => [...new DataLoader(undeclared, { bs: 2 })]).toThrow('Let it say so, asynchronous: true')
  await turn()
  await turn()
  expect(await pass(new DataLoader(undeclared, { bs: 2 }))).toHaveLength(2)
  for (const prefetch of [-1, 0.5, '1'])
    expect(() => new DataLoader(slow(4), { prefetch: prefetch as number })).toThrow(
      'prefetch must be a whole number of at least 0',
    )
})
