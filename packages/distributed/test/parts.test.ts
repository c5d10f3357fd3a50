import { beforeAll, describe, expect, test } from 'vitest'
import { onThreads } from '../src/threads/on-threads.js'
import { engines, type Mpiexec, program, runRanks, titleOf } from './run-ranks.js'

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

/** What came of each network. */
type All = Record<string, Trained>

/** Ranks are started once, and train all networks: each test looks at one of them. */
const once = <Key, Value>(start: (key: Key) => Promise<Value>) => {
  const started = new Map<Key, Promise<Value>>()
  return (key: Key): Promise<Value> => {
    const value = started.get(key) ?? start(key)
    started.set(key, value)
    return value
  }
}
const namesOf = (chosen: (network: (typeof networks)[number]) => boolean) => networks.filter(chosen).map(([name]) => name)
const onRanks = once((ranks: number) =>
  onThreads<All>(trainer, ranks, { names: namesOf(([, threads]) => ranks === 1 || threads.includes(ranks)), bs: 16 / ranks }),
)
const inTwo = once((engine: Mpiexec) =>
  runRanks(engine, 2, program('parts.mjs'), [JSON.stringify({ names: namesOf(([, , processes]) => processes), bs: 8 })]),
)

describe.each(networks)('50 steps of %s in parts', (network, threads, processes) => {
  let one: Trained
  beforeAll(async () => {
    one = (await onRanks(1))[0]![network]!
  }, 120_000)

  test.each(threads)(
    'on %d threads are those of one with batches as large, with the same bits on all',
    async ranks => {
      const all = (await onRanks(ranks)).map(each => each[network]!)
      expect(all).toHaveLength(ranks)
      for (const each of all) expect(each).toEqual(all[0])
      expectSame(all[0]!, one)
    },
    120_000,
  )

  describe.each((processes ? engines : []).map(engine => [titleOf(engine), engine] as const))('of %s', (_, engine) => {
    test.skipIf(engine.missing)(
      'two processes, too',
      async () => {
        const { code, stdout, stderr } = await inTwo(engine)
        expect(code, stderr).toBe(0)
        expectSame((JSON.parse(stdout) as All)[network]!, one)
      },
      120_000,
    )
  })
})
