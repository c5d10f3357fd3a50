import { DONE, FAILED, mailbox, POSTED, waitFor } from './mailbox.js'

/** What a worker is given. */
export interface WorkerData {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly buffer: SharedArrayBuffer
}

/** A worker as the program sees it. */
export interface Worker {
  /** Settles when it has started, or has failed to. */
  readonly ready: Promise<unknown>
  end(): void
}

/** Runs in a worker, for ever: carries out calls of the compiled kernels, on the memory of the program's thread. */
export function serve({ module, memory, buffer }: WorkerData, ready: () => void): never {
  const { signals, call, reason } = mailbox(buffer)
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const functions = Object.values(exports) as ((...args: number[]) => void)[]
  ready()
  for (let count = 0; ; ) {
    waitFor(signals, POSTED, count)
    count = Atomics.load(signals, POSTED)
    try {
      functions[call[0]!]!(...call.subarray(2, 2 + call[1]!))
    } catch (error) {
      const text = String(error).slice(0, reason.length)
      reason.set(Array.from(text, character => character.charCodeAt(0)))
      Atomics.store(signals, FAILED, text.length)
    }
    Atomics.store(signals, DONE, count)
    Atomics.notify(signals, DONE)
  }
}
