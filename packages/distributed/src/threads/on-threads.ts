import { Worker, workerData } from 'node:worker_threads'
import { plainError } from '@onecycle/platform'
import { endAll, sharedBy, ThreadCommunicator } from './thread-communicator.js'

interface Given {
  readonly rank: number
  readonly size: number
  readonly memory: SharedArrayBuffer
  readonly data: unknown
}

/**
 * Runs a module on so many threads, each a rank, and gives the first message of each. It is what tests train on where there is no MPI.
 *
 * @throws what the first thread threw that failed; the others end with it
 */
export async function onThreads<T>(program: URL, size: number, data: unknown): Promise<T[]> {
  const memory = sharedBy(size)
  const run = (rank: number) =>
    new Promise<T>((resolve, reject) => {
      const given: Given = { rank, size, memory, data }
      const worker = new Worker(program, { workerData: given, execArgv: [] })
      worker.once('message', resolve)
      worker.once('error', error => {
        endAll(memory, rank)
        reject(error)
      })
      worker.once('exit', code =>
        reject(plainError('training-aborted', `Rank ${rank} ended with code ${code}, and said nothing.`)),
      )
    })
  return Promise.all(Array.from({ length: size }, (_, rank) => run(rank)))
}

/** Which rank this thread is, and what all were given. */
export function thisThread<T>(): { comm: ThreadCommunicator; data: T } {
  const { rank, size, memory, data } = workerData as Given
  return { comm: new ThreadCommunicator(rank, size, memory), data: data as T }
}
