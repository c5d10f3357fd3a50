// Runs before each test file that shares a process with others (see vitest.config.ts).
import '@tensorflow/tfjs-backend-cpu'
import { disposeVariables, engine, getBackend, setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, vi } from 'vitest'

const { ONECYCLE_TEST_BACKEND: elsewhere } = process.env
const name = await start()

/** cpu, which tests begin with; or the backend that all of them are to run on, by the name that TensorFlow.js has for it. */
async function start(): Promise<string> {
  await setBackend('cpu')
  if (!elsewhere) return 'cpu'
  const [{ lookInProject }, { useBackend }] = await Promise.all([import('../node/project.js'), import('../use-backend.js')])
  const { findTool } = await import(new URL('../../../../scripts/tools.mjs', import.meta.url).href)
  const { folder } = findTool('tfjs-node') as { folder?: string }
  if (folder) lookInProject(folder)
  return (await useBackend({ prefer: elsewhere, log: false })).tfjsName
}

/** What a file would leave to the next one. */
const surroundings = () => ({
  folder: process.cwd(),
  environment: { ...process.env },
  clock: vi.isFakeTimers(),
  globals: Object.getOwnPropertyNames(globalThis).sort(),
  listeners: ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'].map(event => process.listenerCount(event)),
  backends: Object.keys(engine().registry),
  backend: getBackend(),
})

let before: ReturnType<typeof surroundings>
beforeAll(async () => {
  await setBackend(name)
  before = surroundings()
})
afterAll(() => {
  expect(surroundings(), 'The next test file would find this: put it back, or begin this file with // Alone: and why.').toEqual(
    before,
  )
  disposeVariables()
})
