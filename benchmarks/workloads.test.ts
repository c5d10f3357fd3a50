import '@tensorflow/tfjs-backend-cpu'
import {
  compiledKernels,
  composedKernels,
  fusedUpdates,
  registerTrainingKernels,
  restoreStockKernels,
} from '@onecycle/backend/wasm'
import { DataBunch } from '@onecycle/data'
import { cross_entropy, Learner, setFusedUpdate, sgd, simple_cnn } from '@onecycle/learner'
import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { samples } from './samples.js'
import { resnet9 } from './workloads.js'

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
