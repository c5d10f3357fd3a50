import type { Thread, ThreadEvents } from '../item/thread/thread.js'

/** Whether threads are used unless a program says how many: a bundler may have left their program behind. */
export const usual = false

/** Starts a thread that reads items. */
export function startThread({ message, gone }: ThreadEvents): Thread {
  const worker = new Worker(new URL('../item/thread/item-thread.js', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }) => message(data)
  worker.onmessageerror = () => gone('sent what cannot be read')
  worker.onerror = event => gone(`failed: ${event.message || 'its script item-thread.js could not be loaded'}`)
  return {
    post: (task, transfer = []) => worker.postMessage(task, transfer),
    keepAlive: () => {},
    end: () => worker.terminate(),
  }
}
