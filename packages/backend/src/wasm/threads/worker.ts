// Runs in a worker thread: carries out calls of the compiled kernels, on the memory of the program's thread.
import { parentPort, workerData } from 'node:worker_threads'
import { Instance } from '../compiled/web-assembly.js'
import { DONE, FAILED, mailbox, POSTED, waitFor } from './mailbox.js'

export interface WorkerData {
  readonly module: object
  readonly memory: object
  readonly buffer: SharedArrayBuffer
}

const { module, memory, buffer } = workerData as WorkerData
const { signals, call, reason } = mailbox(buffer)
const functions = Object.values(new Instance(module, { env: { memory } }).exports) as ((...args: number[]) => void)[]
parentPort!.postMessage('ready')

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
