// Alone: it starts the wasm backend.
import '@onecycle/backend/wasm'
import { setBackend } from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { expect, it } from 'vitest'
import { accelerate } from './accelerate.js'
import { Learner } from './learner.js'
import { points } from './testing/tiny.js'

it('a model validates to the same bits before any fit as after it', async () => {
  await setBackend('wasm')
  const model = sequential({
    layers: [
      layers.dense({ units: 16, activation: 'gelu', inputShape: [2] }),
      layers.layerNormalization(),
      layers.dense({ units: 2 }),
    ],
  })
  const learn = new Learner(points({ valid: 64 }), model, { progress: false })
  const first = await learn.validate()
  await accelerate()
  expect(await learn.validate()).toEqual(first)
})
