// Runs before each test file that shares a process with others (see vitest.config.ts).
import '@tensorflow/tfjs-backend-cpu'
import { disposeVariables, engine, setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, vi } from 'vitest'

/** What a file would leave to the next one. */
const surroundings = () => ({
  folder: process.cwd(),
  environment: { ...process.env },
  clock: vi.isFakeTimers(),
  globals: Object.getOwnPropertyNames(globalThis).sort(),
  listeners: ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'].map(event => process.listenerCount(event)),
  backends: Object.keys(engine().registry),
})

let before: ReturnType<typeof surroundings>
beforeAll(async () => {
  await setBackend('cpu')
  before = surroundings()
})
afterAll(() => {
  expect(surroundings(), 'The next test file would find this: put it back, or begin this file with // Alone: and why.').toEqual(
    before,
  )
  disposeVariables()
})
