// Alone: it is the first thing that a program does.
import { join } from 'node:path'
import { chooseLater } from '@onecycle/backend/internal'
import { getBackend } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { tinyLearner } from '../testing/tiny.js'

it('load, as the first thing that a program does, waits for the backend on which the optimizer will step', async () => {
  chooseLater()
  const learn = tinyLearner()
  expect(getBackend()).toBe('cpu')
  const path = await learn.save(join(await temporaryFolder(), 'model'))
  expect(getBackend()).toBe('cpu')
  await learn.load(path)
  expect(getBackend()).not.toBe('cpu')
})
