// What a checkpoint costs a training of W4: how long a step waits for it, and what it does of the thread between steps, beside a step of the
// same fit. npx tsx benchmarks/checkpoint-cost.ts [--rounds 20] [--history 100000]
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import type { Callback } from '@onecycle/callbacks'
import { DataBunch, Subset } from '@onecycle/data'
import { Checkpoint, Learner, sgd } from '@onecycle/learner'
import { type Workload, workloads } from './workloads.js'

export interface Spread {
  readonly min: number
  readonly median: number
}

/** In milliseconds. */
export interface CheckpointCost {
  /** A step. */
  readonly step: Spread
  /** How long training stands still while all is copied. */
  readonly copy: Spread
  /** The longest turn of the thread while it is encoded, hashed and written: a step that wants to begin then waits for it. */
  readonly turn: Spread
  /** All that the thread does for it. */
  readonly all: Spread
  /** Bytes of the file. */
  readonly size: number
}

/** Shorter turns are those of a thread that has nothing to do. */
const idle = 0.05

/** @param history batches that the history has before, as in a long fit */
export async function costOf(workload: Workload, rounds: number, history = 0): Promise<CheckpointCost> {
  const { batch, optimizer } = workload
  const few = DataBunch.from_arrays(workload.samples(8 * batch)).train_ds!
  const order = Int32Array.from({ length: 2 * (rounds + 2) * batch }, (_, i) => i % few.length)
  const dir = mkdtempSync(join(tmpdir(), 'onecycle-cost-'))
  const times = { step: [] as number[], copy: [] as number[], turn: [] as number[], all: [] as number[] }
  let began = 0
  let stepped = 0
  /** Before the Checkpoint, at the end of a batch. */
  const before: Callback<Learner> = {
    order: 1e9 - 1,
    before_batch() {
      began = performance.now()
    },
    after_batch({ recorder, train_iter }) {
      stepped = performance.now()
      times.step.push(stepped - began)
      const { losses, smooth_losses, lrs, moms } = recorder.history
      if (train_iter === 1)
        for (const list of [losses, smooth_losses, lrs, moms]) while (list.length < history) list.push(list.length / 3)
    },
  }
  /** After it: one is taken at the end of every second batch, and its writing begins with the next, which waits here until it is over. */
  const after: Callback<Learner> = {
    order: 1e9 + 1,
    after_batch({ train_iter }) {
      if (train_iter % 2 === 0) times.copy.push(performance.now() - stepped)
    },
    async before_batch({ train_iter }) {
      if (train_iter === 0 || train_iter % 2 > 0) return
      const file = join(dir, `fit-0-${String(train_iter / 2).padStart(5, '0')}.safetensors`)
      const turns: number[] = []
      for (let last = performance.now(); !existsSync(file); ) {
        await setImmediate()
        const now = performance.now()
        turns.push(now - last)
        last = now
      }
      times.turn.push(Math.max(...turns))
      times.all.push(times.copy.at(-1)! + turns.filter(turn => turn > idle).reduce((a, b) => a + b, 0))
    },
  }
  const learn = new Learner(
    DataBunch.from_datasets(new Subset(few, order), undefined, { bs: batch, seed: 1 }),
    workload.build(),
    {
      optimizer: sgd({ mom: 0.9 }),
      callbacks: [before, new Checkpoint({ dir, every: { batches: 2 } }), after],
      progress: false,
      seed: 1,
    },
  )
  try {
    await learn.fit(optimizer.lr / 100, 1)
    const { size } = statSync(join(dir, 'fit-0.safetensors'))
    // The first checkpoint loads what writes it.
    const spread = (all: readonly number[]) => ({ min: Math.min(...all.slice(1)), median: median(all.slice(1)) })
    return { step: spread(times.step), copy: spread(times.copy), turn: spread(times.turn), all: spread(times.all), size }
  } finally {
    learn.dispose()
    rmSync(dir, { recursive: true })
  }
}

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '20' }, history: { type: 'string', default: '0' } },
  })
  await useBackend({ prefer: 'wasm' })
  const w4 = workloads.find(({ name }) => name === 'W4')!
  const { step, copy, turn, all, size } = await costOf(w4, Number(values.rounds), Number(values.history))
  const line = (what: string, { min, median }: Spread, of: (ms: number, step: number) => string) =>
    console.log(`${what}: minimum ${of(min, step.min)}, median ${of(median, step.median)}`)
  const ms = (time: number) => `${time.toFixed(1)} ms`
  const steps = (time: number, step: number) => `${ms(time)} (${(time / step).toFixed(2)} steps)`
  line('a step of W4', step, ms)
  console.log(`a checkpoint has ${(size / 1e6).toFixed(1)} MB`)
  line('training waits while it is copied', copy, steps)
  line('longest turn of the thread while it is written', turn, steps)
  line('all of it, at one a minute', all, time => `${ms(time)}, ${((100 * time) / 60_000).toFixed(3)} %`)
}
