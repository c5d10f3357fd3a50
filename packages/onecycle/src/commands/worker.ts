import { sweepWorker } from '@onecycle/distributed/sweep'
import { UsageError } from '../usage-error.js'
import type { BackendOptions } from './backend.js'

export interface WorkerCommandOptions extends BackendOptions {
  readonly queue: string
  readonly parallel?: number
  readonly memory?: string
  readonly idle?: number
}

/** Runs trials of a queue until somebody ends it. */
export async function worker({ queue, parallel, memory, idle, backend, threads }: WorkerCommandOptions): Promise<void> {
  // Processes of trials choose by these.
  if (backend !== undefined) process.env['ONECYCLE_BACKEND'] = backend
  if (threads !== undefined) process.env['ONECYCLE_THREADS'] = String(threads)
  console.error(`Takes trials from ${queue}. Ctrl-C ends it.`)
  await sweepWorker({ queue, parallel, memory, idle }).catch(error => {
    throw error instanceof TypeError || error instanceof RangeError
      ? new UsageError('wrong-option', error.message, { cause: error })
      : error
  })
}
