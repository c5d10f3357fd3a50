import type { Callback, Tensors } from '@onecycle/callbacks'
import { memory } from '@tensorflow/tfjs-core'
import { layers, regularizers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { sgd } from '../optimizer/index.js'
import { mlp, points, useCpu } from '../testing/tiny.js'
import { penaltyOf } from './penalty.js'

beforeAll(useCpu)

it('a regularizer is charged while training, and not in validation', async () => {
  const inner = sequential({
    layers: [
      layers.dense({ units: 2, inputShape: [2], kernelRegularizer: regularizers.l2({ l2: 10 }), kernelInitializer: 'ones' }),
    ],
  })
  const model = sequential({ layers: [inner] })
  const learn = new Learner(points(), model, { progress: false, optimizer: sgd(), wd: 0 })
  const losses: number[] = []
  const listen: Callback = {
    after_batch: ({ training, lossValue }) => {
      if (training) losses.push(lossValue)
    },
  }
  const before = memory().numTensors
  await learn.fit(1e-3, 1, { callbacks: [listen] })
  expect(losses[0]).toBeGreaterThan(40)
  expect(losses[1]).toBeLessThan(losses[0]!)
  expect((await learn.validate())['valid_loss']).toBeLessThan(5)
  expect(memory().numTensors).toBe(before)
})

it('a model without regularizers has no penalty', () => {
  expect(penaltyOf(mlp())).toBeUndefined()
  expect(penaltyOf({ apply: (x: Tensors) => x, trainableWeights: [] })).toBeUndefined()
})
