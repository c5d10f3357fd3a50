import { beforeAll, describe, expect, test } from 'vitest'
import { onThreads } from '../src/threads/on-threads.js'
import { engines, program, runRanks, titleOf } from './run-ranks.js'

const trainer = new URL('./parts.mjs', import.meta.url)

interface Trained {
  weights: number[]
  losses: number[]
  valid: Record<string, number>
}

function difference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

function expectSame(got: Trained, one: Trained): void {
  const figures = ({ valid }: Trained) => Object.values(valid)
  expect(one.losses.length).toBeGreaterThanOrEqual(50)
  expect(difference(got.weights, one.weights)).toBeLessThan(1e-5)
  expect(difference(got.losses, one.losses)).toBeLessThan(1e-5)
  expect(difference(figures(got), figures(one))).toBeLessThan(1e-5)
}

const networks: [network: string, threads: number[], processes: boolean][] = [
  ['W1', [2, 4], true],
  ['W3', [2, 4], true],
  ['GRU', [2, 4], true],
  ['W1 with batch norm', [2], true],
  ['batch norms', [2, 4], false],
]

describe.each(networks)('50 steps of %s in parts', (network, threads, processes) => {
  let one: Trained
  beforeAll(async () => {
    ;[one] = (await onThreads<Trained>(trainer, 1, { network, bs: 16 })) as [Trained]
  }, 60_000)

  test.each(threads)(
    'on %d threads are those of one with batches as large, with the same bits on all',
    async ranks => {
      const all = await onThreads<Trained>(trainer, ranks, { network, bs: 16 / ranks })
      for (const each of all) expect(each).toEqual(all[0])
      expectSame(all[0]!, one)
    },
    60_000,
  )

  describe.each((processes ? engines : []).map(engine => [titleOf(engine), engine] as const))('of %s', (_, engine) => {
    test.skipIf(engine.missing)(
      'two processes, too',
      async () => {
        const { code, stdout, stderr } = await runRanks(engine, 2, program('parts.mjs'), [JSON.stringify({ network, bs: 8 })])
        expect(code, stderr).toBe(0)
        expectSame(JSON.parse(stdout) as Trained, one)
      },
      60_000,
    )
  })
})
