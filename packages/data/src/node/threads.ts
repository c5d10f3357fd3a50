import { Worker } from 'node:worker_threads'
import type { Thread, ThreadEvents } from '../item/thread/thread.js'

/** Whether threads are used unless a program says how many. */
export const usual = true

/** Starts a thread that reads items. It does not outlive the process, and keeps it alive only while it is told to. */
export function startThread({ message, gone }: ThreadEvents): Thread {
  // Threads run what is built. The options that the program runs with, such as loaders, would only delay them.
  const worker = new Worker(new URL('../../dist/node/item-thread.js', import.meta.url), { execArgv: [] })
  worker.unref()
  worker.on('message', message)
  worker.on('messageerror', error => gone(`sent what cannot be read: ${error.message}`))
  let failure: Error | undefined
  worker.on('error', error => {
    failure = error
  })
  // Told when it has ended, by when all that it said before has been heard: an error may overtake that.
  worker.on('exit', code => gone(failure ? `failed: ${failure.message}` : `ended with exit code ${code}`))
  return {
    post: (task, transfer = []) => worker.postMessage(task, transfer),
    keepAlive: alive => (alive ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  }
}
