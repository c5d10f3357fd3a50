// Runs before each test file that shares a process with others (see vitest.config.ts).
import '@tensorflow/tfjs-backend-cpu'
import { disposeVariables, engine, setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll } from 'vitest'
import { leavesNothing } from './surroundings.js'

beforeAll(async () => {
  await setBackend('cpu')
})
afterAll(() => disposeVariables())
leavesNothing(() => ({ backends: Object.keys(engine().registry) }))
