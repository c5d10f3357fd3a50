// Alone: it has a backend webgpu that computes nothing.
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CountingDevice, registerCounting } from '../../../backend/src/testing/counting-gpu.js'
import { Learner } from '../learner.js'
import { cross_entropy } from '../loss/cross-entropy.js'
import { adam, sgd } from '../optimizer/index.js'
import { type Replay, setReplay } from './seam.js'
import { replay } from './steps.js'

const { findTool } = await import(new URL('../../../../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('webgpu') as { folder?: string; missing?: string }

/** Convolution, batch norm, ReLU, pooling, dense layer. */
function network() {
  return sequential({
    layers: [
      layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', useBias: false, inputShape: [16, 16, 3] }),
      layers.batchNormalization(),
      layers.activation({ activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.dropout({ rate: 0.2 }),
      layers.flatten(),
      layers.dense({ units: 4 }),
    ],
  })
}

describe.skipIf(missing !== undefined)(`a step on webgpu${missing ? `, left out: ${missing}` : ''}`, () => {
  let device: CountingDevice
  beforeAll(async () => {
    device = registerCounting(folder!)
    await tf.setBackend('webgpu')
  })
  afterAll(() => setReplay(undefined))

  it.each([
    { optimizer: sgd({ mom: 0.9 }), steps: 3 },
    { optimizer: adam(), steps: 3 },
  ])('asks for few programs, makes nothing anew, and runs earlier ones again', async ({ optimizer, steps }) => {
    const before = tf.memory().numTensors
    const x = Float32Array.from({ length: 32 * 16 * 16 * 3 }, (_, i) => Math.sin(i))
    const y = Int32Array.from({ length: 32 }, (_, i) => i % 4)
    const data = DataBunch.from_arrays({ x, shape: [16, 16, 3], y, bs: 8, seed: 1 })
    const model = network()
    const learn = new Learner(data, model, { loss: cross_entropy, optimizer, progress: false })
    let passed = 0
    const counted: Replay = (learn, pass) =>
      replay(learn, () => {
        passed++
        return pass()
      })
    const asked: CountingDevice['counts'][] = []
    const watch = {
      before_batch: () => {
        setReplay(counted)
        device.countAnew()
      },
      after_batch: () => void asked.push({ ...device.counts }),
    }
    await learn.fit(1e-3, 10, { callbacks: [watch] })
    learn.dispose()
    model.dispose()
    // The first batch records what the others run.
    expect(passed).toBe(1)
    expect(asked).toHaveLength(40)
    // Forward: convolution, 3 of the norm, its averages, ReLU, pooling, dropout, dense, loss. Back: dense by weights and by its input,
    // dropout, pooling, ReLU, 3 of the norm, 2 of the filter. Five parameters.
    const last = asked.at(-1)!
    expect(last.programs).toBe(10 + 10 + steps)
    expect(last.pipelines).toBe(0)
    expect(last.bindGroups).toBeLessThan(last.programs / 2)
    expect(tf.memory().numTensors).toBe(before)
  })
})
