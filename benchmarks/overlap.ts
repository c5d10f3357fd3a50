// What a rank gains that computes while a sum is under way, in place of waiting for it: a rank of ranks.ts, or by itself
// mpiexec -n 2 node --import tsx benchmarks/overlap.ts [LENGTH...]. Rank 0 prints JSON.
import { begin } from '../packages/distributed/src/mpi/engine.js'
import { loadKoffi } from '../packages/distributed/src/mpi/koffi.js'
import { findLibrary } from '../packages/distributed/src/mpi/library.js'
import { startedBy } from '../packages/distributed/src/mpi/started-by.js'
import { leastAndMedian } from './turns.js'

/** Milliseconds, the least and the median: of the sum alone, of the work alone, and of both, one of them behind the other or begun before it. */
export interface Overlapped {
  readonly length: number
  readonly figures: Readonly<Record<'sum' | 'work' | 'behind' | 'beside' | 'asked', readonly [least: number, median: number]>>
}

const given = process.argv.slice(2).map(Number)
const lengths = given.length > 0 ? given : [400_000, 1_200_000]
const repeats = 40
/** Parts of the work, after each of which MPI is asked: as many as a network has layers. */
const parts = 20

process.env['UCX_MEM_EVENTS'] ??= 'n'
const open = await loadKoffi({ global: true })
const start = startedBy(process.env)
const library = start && findLibrary(open, start.engines[0])
if (!library) throw new Error('Start it by mpiexec.')
const engine = begin(library, open)

const request = new BigInt64Array(1)
/** As a rank's communicator does. */
const wait = () => {
  for (let polls = 0; !engine.test(request); polls++) if (polls > 200) engine.yield()
}

let last = 1
/** What computes and touches no memory: about a millisecond of it. */
function compute(): void {
  let x = last
  for (let i = 0; i < 500_000; i++) x = x * 0.999_999 + 1e-6
  last = x
}

function overlapped(length: number): Overlapped {
  const values = new Float32Array(length)
  const sum = () => engine.allreduce(values, 'sum', request)
  const work = () => {
    for (let part = 0; part < parts; part++) compute()
  }
  const ways = {
    sum() {
      sum()
      wait()
    },
    work,
    behind() {
      work()
      sum()
      wait()
    },
    beside() {
      sum()
      work()
      wait()
    },
    asked() {
      sum()
      let isOver = false
      for (let part = 0; part < parts; part++) {
        compute()
        isOver ||= engine.test(request)
      }
      if (!isOver) wait()
    },
  }
  const times: Record<string, number[]> = {}
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const [name, way] of Object.entries(ways)) {
      values.fill(1 / 3)
      engine.barrier(request)
      wait()
      const began = performance.now()
      way()
      times[name] = [...(times[name] ?? []), performance.now() - began]
    }
  const figures = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, leastAndMedian(list.slice(3))]))
  return { length, figures: figures as unknown as Overlapped['figures'] }
}

const all = lengths.map(overlapped)
if (engine.rank === 0) process.stdout.write(`${JSON.stringify(all)}\n`)
engine.finalize()
