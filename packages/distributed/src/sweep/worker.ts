import { setTimeout } from 'node:timers/promises'
import { checkCount, checkOptions, kind, plainError, say } from '@onecycle/platform'
import type { Job } from 'bullmq'
import { checkQueue, connectTo, queueName } from './bullmq.js'
import { interruption } from './interruption.js'
import { processesFor } from './local.js'
import { bytesOf } from './memory.js'
import { Pool, type Task } from './pool.js'
import { lineOf } from './progress.js'
import { readSettings } from './settings.js'

/** What `sweepWorker` is given: the queue that it takes trials from, how many at a time, and how long it waits for more. */
export interface SweepWorkerOptions {
  /** Redis with the queue: `redis://127.0.0.1:6379`. */
  queue: string
  /** Trials at once, a process each. Default: as many as there are processors, and `memory` for. */
  parallel?: number | undefined
  /** What one process may take: bytes, or `'2 GB'`. A trial that takes more fails. Default: any. */
  memory?: number | string | undefined
  /** Seconds without a trial after which the worker ends. Default: never. */
  idle?: number | undefined
  /** Seconds after which another worker has the trials of one that shows no sign of life. Default 30. */
  patience?: number | undefined
  /** Ends the worker: its trials are kept by their checkpoints, and go back into the queue. */
  signal?: AbortSignal | undefined
  /** Whether a line is said of each trial that ends. Default true. */
  progress?: boolean | undefined
}

/**
 * Runs trials that sweeps put into a queue, until it is interrupted. Each trial has a process, so that the worker itself always answers. The folder of the
 * sweep has to be there under the same path as where the sweep was begun: on a disk that the machines share.
 *
 * @throws TypeError or RangeError for ill-typed options; Error where Redis does not answer; InterruptedError after Ctrl-C, and the signal's reason
 * @example
 * import { sweepWorker } from '@onecycle/distributed'
 *
 * await sweepWorker({ queue: 'redis://localhost', parallel: 2, idle: 60 })
 */
export async function sweepWorker(options: SweepWorkerOptions): Promise<void> {
  checkOptions<SweepWorkerOptions>('sweepWorker', options, {
    ...{ queue: kind.string, parallel: kind.number, memory: kind.any, idle: kind.number, patience: kind.number },
    ...{
      signal: { expected: 'an AbortSignal, such as controller.signal', fits: (value: unknown) => value instanceof AbortSignal },
      progress: kind.boolean,
    },
  })
  const { idle, progress = true } = options
  const queue = checkQueue(options.queue)
  const memory = bytesOf(options.memory)
  const parallel = options.parallel === undefined ? processesFor(memory) : checkCount('sweepWorker: parallel', options.parallel)
  const patience = 1000 * checkCount('sweepWorker: patience', options.patience ?? 30)
  const speak = (text: string) => {
    if (progress) say(text)
  }
  const { bullmq, connection, hear, close } = await connectTo(queue, speak)
  const pool = new Pool(memory)
  let lastBusy = performance.now()
  let running = 0
  let count = 0
  const one = async ({ data }: Job<Task>, _token?: string, signal?: AbortSignal) => {
    running++
    try {
      const settings = await readSettings(data.dir)
      const outcome = await pool.run(data, signal)
      // The queue gives it to somebody again.
      if (typeof outcome === 'string') throw plainError('trial-process', outcome)
      speak(lineOf(outcome, settings, ++count))
    } finally {
      running--
      lastBusy = performance.now()
    }
  }
  const { signal, error, release } = interruption(options.signal)
  const worker = new bullmq.Worker<Task>(queueName, one, {
    ...{ connection, concurrency: parallel, lockDuration: patience, stalledInterval: patience },
    // How often a trial may end without a word is for its folder to say.
    maxStalledCount: 1e9,
  })
  hear(worker)
  const told = new Set<string>()
  worker.on('failed', (_, { message }) => {
    if (told.has(message)) return
    told.add(message)
    if (/^There is no sweep/.test(message))
      speak(`${message} A worker has to see the sweep's folder under the same path as the sweep does.`)
    else if (!['busy', 'interrupted', 'died'].includes(message)) speak(message)
  })
  try {
    const isIdle = () => idle !== undefined && running === 0 && performance.now() - lastBusy > 1000 * idle
    while (!signal.aborted && !isIdle()) await setTimeout(200, undefined, { signal }).catch(() => {})
    const closing = worker.close()
    pool.stop()
    // It waits for what runs, which the pool ends.
    while (running > 0) await setTimeout(20)
    await Promise.race([closing, setTimeout(2000, undefined, { ref: false })])
  } finally {
    release()
    pool.close()
    await close(worker)
  }
  if (signal.aborted) throw error(`the worker ran ${count} trials, and what it was at goes back into the queue`)
}
