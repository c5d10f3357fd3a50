import { setImmediate as turn } from 'node:timers/promises'

/** Lets timers, signals, messages and other work in that waits for the thread. */
export async function nextTurn(): Promise<void> {
  await turn()
}
