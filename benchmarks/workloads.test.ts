import '@tensorflow/tfjs-backend-cpu'
import { registerTrainingKernels, restoreStockKernels } from '@onecycle/backend/wasm'
import { compiledKernels, composedKernels, fusedUpdates } from '@onecycle/backend/wasm/internal'
import { DataBunch } from '@onecycle/data'
import { adam, cross_entropy, Learner, sgd, simple_cnn } from '@onecycle/learner'
import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { expect, it } from 'vitest'
import { setFusedUpdate } from '../packages/learner/src/optimizer/fused.js'
import { characterGpt, resnet9, separableNet, soundNet, tagger, textClassifier, unet } from './networks.js'
import { characters, discs, rows, type Samples, samples, tagged, texts } from './samples.js'
import { tabular } from './workloads.js'

function useKernels(set: 'compiled' | 'composed'): void {
  restoreStockKernels()
  registerTrainingKernels(composedKernels)
  if (set === 'compiled') registerTrainingKernels(compiledKernels)
  // Optimizers step by compiled functions whichever kernels are registered; here they shall not.
  setFusedUpdate('sgd momentum', set === 'compiled' ? fusedUpdates['sgd momentum'] : undefined)
}

// Small, because the cpu backend trains them too, and at low rates: in one of sixteen runs a rounding falls on the other side of a
// ReLU's kink, and takes the losses apart by as much as the rate lets it.
it.each([
  { name: 'W1bn', build: () => simple_cnn([3, 16, 16, 2], { bn: true, seed: 1 }), side: 9, classes: 2, lr: 0.01 },
  { name: 'W4', build: () => resnet9(4, 8), side: 8, classes: 10, lr: 5e-4 },
])('$name has the losses of the cpu backend over 50 steps on wasm', async ({ build, side, classes, lr }) => {
  const train = async (backend: string) => {
    await tf.setBackend(backend)
    const shape = [side, side, 3]
    const data = DataBunch.from_arrays({ ...samples(40, shape, classes), shape, bs: 8, seed: 1 })
    const model = build()
    const learn = new Learner(data, model, { loss: cross_entropy, optimizer: sgd({ lr, mom: 0.9 }), progress: false })
    const { losses } = await learn.fit(lr, 10)
    learn.dispose()
    model.dispose()
    return losses
  }
  const expected = await train('cpu')
  expect(expected).toHaveLength(50)
  expect(Math.max(...expected.slice(-5))).toBeLessThan(expected[0]! / 2)
  for (const set of ['compiled', 'composed'] as const) {
    await tf.setBackend('wasm')
    useKernels(set)
    const losses = await train('wasm')
    const apart = losses.map((loss, i) => Math.abs(loss - expected[i]!))
    expect(Math.max(...apart), set).toBeLessThan(1e-4)
  }
})

const images = (side: number) => ({ ...samples(16, [side, side, 3], 10), shape: [side, side, 3] })
const tiny = { characters: 9, length: 7, width: 6, heads: 2, blocks: 2, dropout: 0.1 }
const sizes = { words: 20, steps: 6, units: 3 }

it.each<[string, () => LayersModel, Samples]>([
  ['W6', () => textClassifier('lstm', sizes), texts(16, 6, 20)],
  ['W7', () => textClassifier('gru', sizes), texts(16, 6, 20)],
  ['W8', () => characterGpt(tiny), characters(16, 7, 9)],
  ['W9', () => separableNet(3, 8), images(8)],
  ['W10', () => unet(3, 8), discs(16, 8)],
  ['W11', () => tabular(3, [7, 5]), rows(16, 3, 100, 8)],
  ['W12', () => soundNet(2, 1800), { ...samples(16, [1800, 1], 10), shape: [1800, 1] }],
  ['W13', () => tagger(sizes), tagged(16, 6, 20, 10)],
])('%s has the losses of the cpu backend over 8 steps on wasm', async (_, build, given) => {
  const train = async (backend: string) => {
    await tf.setBackend(backend)
    const before = tf.memory().numTensors
    const model = build()
    const data = DataBunch.from_arrays({ ...given, bs: 4, seed: 1 })
    const learn = new Learner(data, model, { loss: cross_entropy, optimizer: adam(), progress: false, seed: 1 })
    const { losses } = await learn.fit(1e-3, 2)
    learn.dispose()
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
    return losses
  }
  const expected = await train('cpu')
  await tf.setBackend('wasm')
  useKernels('compiled')
  const losses = await train('wasm')
  expect(Math.max(...losses.map((loss, i) => Math.abs(loss - expected[i]!)))).toBeLessThan(1e-4)
})
