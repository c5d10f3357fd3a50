import { plainError } from '@onecycle/platform'
import { startWorker } from '#backend/workers.js'
import { DONE, FAILED, MAILBOX_BYTES, mailbox, POSTED, waitFor } from './mailbox.js'

/** The name of a function that the module exports, and what it is called with. */
type PoolCall = readonly [name: string, ...args: number[]]

/** Threads that run a module's functions on one memory. */
export interface Pool {
  /** The program's own included. */
  readonly threads: number
  /**
   * Carries calls out on the workers, and meanwhile `own` here; returns when all are done.
   *
   * @param calls at most one for each worker
   * @throws Error when a call fails or its worker is gone; the pool then refuses all that follows, until the program is started again
   */
  run(calls: readonly PoolCall[], own: () => void): void
  stop(): void
}

/** A worker that takes ten times as long as the program's own part, and this many ms more, is taken for dead. */
const PATIENCE = 30_000

/**
 * Starts the workers. They neither keep the process alive nor outlive it.
 *
 * @param module compiled for a shared memory, its one import: `env.memory`
 * @param threads the program's own included
 * @throws Error when a worker does not start
 */
export async function startPool(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  threads: number,
  patience = PATIENCE,
): Promise<Pool> {
  const numbers = new Map(WebAssembly.Module.exports(module).map(({ name }, number) => [name, number]))
  let broken = ''
  const lose = (reason: string) => {
    broken ||= reason
  }
  const workers = Array.from({ length: threads - 1 }, (_, i) => hire(`thread ${i + 2} of ${threads}`, module, memory, lose))
  const stop = () => {
    lose('they have been stopped')
    for (const { worker } of workers) worker.end()
  }
  try {
    await Promise.all(workers.map(({ worker }) => worker.ready))
  } catch (cause) {
    stop()
    throw plainError('wasm-threads', `The threads of the wasm backend do not start: ${(cause as Error).message}`, { cause })
  }

  return {
    threads,
    stop,
    run(calls, own) {
      const check = () => {
        if (broken)
          throw plainError('wasm-threads', `The threads of the wasm backend cannot go on: ${broken}. Start the program again.`)
      }
      check()
      calls.forEach(([name, ...args], i) => {
        workers[i]!.post(numbers.get(name)!, args)
      })
      const began = performance.now()
      try {
        own()
      } finally {
        const limit = patience + 10 * (performance.now() - began)
        for (const i of calls.keys()) lose(workers[i]!.finish(limit))
      }
      check()
    },
  }
}

/** @param lose is told when the worker is gone, and why */
function hire(name: string, module: WebAssembly.Module, memory: WebAssembly.Memory, lose: (reason: string) => void) {
  const buffer = new SharedArrayBuffer(MAILBOX_BYTES)
  const worker = startWorker({ module, memory, buffer }, fate => lose(`${name} ${fate}`))
  const { signals, call, reason } = mailbox(buffer)
  let count = 0
  return {
    worker,
    post(number: number, args: readonly number[]): void {
      call[0] = number
      call[1] = args.length
      call.set(args, 2)
      count = Atomics.add(signals, POSTED, 1)
      Atomics.notify(signals, POSTED)
    },
    /** Waits for the end of the call. Returns what went wrong, or nothing. */
    finish(limit: number): string {
      if (!waitFor(signals, DONE, count, limit)) return `${name} has not answered for ${(limit / 1000).toFixed(0)} s`
      const length = Atomics.load(signals, FAILED)
      return length ? `${name} failed: ${String.fromCharCode(...reason.subarray(0, length))}` : ''
    },
  }
}
