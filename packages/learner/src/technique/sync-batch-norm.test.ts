import { memory } from '@tensorflow/tfjs-core'
import { beforeAll, expect, test } from 'vitest'
import { Learner } from '../learner.js'
import { ranksInOneThread } from '../testing/ranks.js'
import { mlp, points, tinyLearner, useCpu } from '../testing/tiny.js'
import { SyncBatchNorm } from './sync-batch-norm.js'

// That ranks come to what one process comes to, and how they end, is tested on threads and processes: distributed/test/parts and sync-norm.

beforeAll(useCpu)

test('by itself it changes nothing', async () => {
  const fit = async (learn: Learner) => {
    await learn.fit(1e-2, 2)
    return learn.getWeights()
  }
  expect(await fit(tinyLearner({ callbacks: new SyncBatchNorm() }))).toEqual(await fit(tinyLearner()))
})

test('ranks that answer with promises are refused, on all of them', async () => {
  const before = memory().numTensors
  const refused = await Promise.all(
    ranksInOneThread(2).map(async distributed => {
      const model = mlp()
      const learn = new Learner(points(), model, { progress: false, distributed, callbacks: new SyncBatchNorm() })
      const { message } = await learn.fit(1e-2, 2).catch(error => error)
      expect(model.layers.some(layer => Object.hasOwn(layer, 'call'))).toBe(false)
      learn.dispose()
      model.dispose()
      return message
    }),
  )
  for (const message of refused)
    expect(message).toContain('but these ranks answer with promises. Take the ranks of distributed()')
  expect(memory().numTensors).toBe(before)
})
