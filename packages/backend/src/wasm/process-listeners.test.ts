import './index.js'
import { setBackend } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

it('the started backend leaves uncaught errors to the program', async () => {
  const listeners = () => [process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection')]
  const before = listeners()
  await setBackend('wasm')
  expect(listeners()).toEqual(before)
})
