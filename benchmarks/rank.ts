// One rank of ranks.ts: node --import tsx rank.ts allreduce | threads N | train WORKLOAD BATCH THREADS STEPS. Rank 0 prints JSON.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { useBackend } from '@onecycle/backend'
import { DataBunch } from '@onecycle/data'
import { distributed } from '@onecycle/distributed'
import { type Communicator, cross_entropy, Learner } from '@onecycle/learner'
import { thisThread } from '../packages/distributed/src/threads/on-threads.js'
import { sharedBy } from '../packages/distributed/src/threads/thread-communicator.js'
import { BATCHES, optimizerOf } from './train.js'
import { workloads } from './workloads.js'

const [what, ...given] = process.argv.slice(2)

/** Microseconds of sums of so many numbers of 32 bits, in memory that wasm shares with its threads. */
export interface Reduced {
  readonly length: number
  readonly times: readonly number[]
}

/** Milliseconds of steps, and of what of each was sums, with the wait for the other rank. */
export interface Trained {
  readonly parameters: number
  readonly times: readonly number[]
  readonly sums: readonly number[]
}

const lengths = [100, 1000, 10_000, 100_000, 400_000, 1_200_000, 10_000_000]

function allreduce(comm: Communicator, length: number): Reduced {
  const pages = Math.ceil((length * 4) / 65_536) + 1
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const values = new Float32Array(memory.buffer, 0, length)
  const repeats = Math.max(20, Math.min(300, Math.round(1e8 / (length + 1000))))
  const times = Array.from({ length: repeats }, () => {
    values.fill(1 / 3)
    comm.barrier()
    const began = performance.now()
    comm.allreduce(values)
    return (performance.now() - began) * 1000
  })
  // The first ones meet memory that nobody has touched.
  return { length, times: times.slice(5) }
}

/** Ranks that are threads of this process. */
async function onThreads(size: number): Promise<Reduced[]> {
  const memory = sharedBy(size)
  const start = (rank: number) =>
    new Worker(new URL(import.meta.url), {
      ...{ workerData: { rank, size, memory, data: undefined }, argv: ['allreduce'], execArgv: ['--import', 'tsx'] },
    })
  const [first, ...others] = Array.from({ length: size }, (_, rank) => start(rank))
  const ends = others.map(worker => once(worker, 'exit'))
  const [figures] = (await once(first!, 'message')) as [Reduced[]]
  await Promise.all(ends)
  return figures
}

/** Steps of the Learner's whole loop, the first epoch left out. */
async function train(comm: Communicator): Promise<Trained> {
  const [name, batch, threads, steps] = given
  const workload = workloads.find(each => each.name === name)!
  const bs = Number(batch)
  await useBackend({ prefer: 'wasm', threads: Number(threads), log: false })
  const data = DataBunch.from_arrays({ ...workload.samples(BATCHES * bs * comm.size), bs })
  const model = workload.build()
  let sum = 0
  const clocked: Communicator = {
    ...{ rank: comm.rank, size: comm.size },
    allreduce(values, op) {
      const began = performance.now()
      comm.allreduce(values, op)
      sum += performance.now() - began
    },
    broadcast: (values, root) => comm.broadcast(values, root),
    barrier: () => comm.barrier(),
    abort: reason => comm.abort(reason),
    close: () => comm.close(),
  }
  const learn = new Learner(data, model, {
    loss: cross_entropy,
    optimizer: optimizerOf(workload),
    progress: false,
    seed: 1,
    ...(comm.size > 1 && { distributed: clocked }),
  })
  const [times, sums]: [number[], number[]] = [[], []]
  let last = performance.now()
  const clock = {
    after_batch() {
      const now = performance.now()
      times.push(now - last)
      sums.push(sum)
      sum = 0
      last = now
    },
  }
  await learn.fit(workload.optimizer.lr, 1 + Math.ceil(Number(steps) / BATCHES), { callbacks: [clock] })
  return { parameters: model.countParams(), times: times.slice(BATCHES), sums: sums.slice(BATCHES) }
}

if (!isMainThread) {
  const { comm } = thisThread()
  const figures = lengths.map(length => allreduce(comm, length))
  if (comm.rank === 0) parentPort!.postMessage(figures)
} else if (what === 'threads') process.stdout.write(`${JSON.stringify(await onThreads(Number(given[0])))}\n`)
else {
  const comm = await distributed({ timeout: 120 })
  const figures = what === 'train' ? await train(comm) : lengths.map(length => allreduce(comm, length))
  if (comm.rank === 0) process.stdout.write(`${JSON.stringify(figures)}\n`)
  await comm.close()
}
