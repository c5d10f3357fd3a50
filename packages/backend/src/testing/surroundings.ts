import { afterAll, beforeAll, expect, vi } from 'vitest'

/** What a file would leave to the next one. */
const surroundings = () => ({
  folder: process.cwd(),
  environment: { ...process.env },
  clock: vi.isFakeTimers(),
  globals: Object.getOwnPropertyNames(globalThis).sort(),
  listeners: ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'].map(event => process.listenerCount(event)),
})

/** Has a file that shares a process with others fail that leaves something behind: what is always looked at, and `more`. */
export function leavesNothing(more: () => object = () => ({})): void {
  const all = () => ({ ...surroundings(), ...more() })
  let before: object
  beforeAll(() => {
    before = all()
  })
  afterAll(() => {
    expect(all(), 'The next test file would find this: put it back, or begin this file with // Alone: and why.').toEqual(before)
  })
}
