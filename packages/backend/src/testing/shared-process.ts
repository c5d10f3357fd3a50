// Runs before each test file that shares a process with others (see vitest.config.ts).
import '@tensorflow/tfjs-backend-cpu'
import { disposeVariables, engine, getBackend, setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll } from 'vitest'
import { leavesNothing } from './surroundings.js'

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

beforeAll(async () => {
  await setBackend(name)
})
afterAll(() => disposeVariables())
leavesNothing(() => ({ backends: Object.keys(engine().registry), ...(elsewhere && { backend: getBackend() }) }))
