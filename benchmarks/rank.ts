// One rank of ranks.ts: node --import tsx rank.ts allreduce | train WORKLOAD BATCH THREADS STEPS. Rank 0 prints JSON.
import { useBackend } from '@onecycle/backend'
import { DataBunch } from '@onecycle/data'
import { distributed } from '@onecycle/distributed'
import { cross_entropy, Learner } from '@onecycle/learner'
import { BATCHES, optimizerOf } from './train.js'
import { leastAndMedian } from './turns.js'
import { workloads } from './workloads.js'

const [what, name, batch, threads, steps] = process.argv.slice(2)
const comm = await distributed({ timeout: 120 })

/** Microseconds of an allreduce of so many numbers of 32 bits, in memory that wasm shares with its threads. */
function allreduce(length: number): { length: number; least: number; median: number } {
  const pages = Math.ceil((length * 4) / 65_536) + 1
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const values = new Float32Array(memory.buffer, 0, length)
  const repeats = Math.max(5, Math.min(300, Math.round(2e7 / (length + 1000))))
  const times = Array.from({ length: repeats }, () => {
    values.fill(1 / 3)
    comm.barrier()
    const began = performance.now()
    comm.allreduce(values)
    return (performance.now() - began) * 1000
  })
  const [least, median] = leastAndMedian(times)
  return { length, least, median }
}

/** Milliseconds of steps of the Learner's whole loop, the first epoch left out. */
async function train(): Promise<{ parameters: number; least: number; median: number }> {
  const workload = workloads.find(each => each.name === name)!
  const bs = Number(batch)
  await useBackend({ prefer: 'wasm', threads: Number(threads), log: false })
  const data = DataBunch.from_arrays({ ...workload.samples(BATCHES * bs * comm.size), bs })
  const model = workload.build()
  const learn = new Learner(data, model, {
    loss: cross_entropy,
    optimizer: optimizerOf(workload),
    progress: false,
    seed: 1,
    ...(comm.size > 1 && { distributed: comm }),
  })
  const times: number[] = []
  let last = performance.now()
  const clock = {
    after_batch() {
      const now = performance.now()
      times.push(now - last)
      last = now
    },
  }
  await learn.fit(workload.optimizer.lr, 1 + Math.ceil(Number(steps) / BATCHES), { callbacks: [clock] })
  const [least, median] = leastAndMedian(times.slice(BATCHES))
  return { parameters: model.countParams(), least, median }
}

const figures = what === 'train' ? await train() : [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000].map(allreduce)
if (comm.rank === 0) process.stdout.write(`${JSON.stringify(figures)}\n`)
await comm.close()
