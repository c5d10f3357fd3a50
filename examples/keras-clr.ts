// Cyclical learning rates in TensorFlow.js's own model.fit, by the recipe of Keras CLR: a range test to find the bounds, then
// training between them.
// npx tsx examples/keras-clr.ts
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { CyclicLR, datasets, plot_range_test, plot_schedule, ready } from 'onecycle'

await ready() // the backend, for which a Learner would wait by itself

const data = await datasets.iris({ bs: 120, valid_bs: 30, seed: 1 })
const [train] = data.train_dl as Iterable<{ xs: tf.Tensor; ys: tf.Tensor }>
const [valid] = data.valid_dl as Iterable<{ xs: tf.Tensor; ys: tf.Tensor }>

const make = () => {
  const model = sequential({
    layers: [
      layers.dense({ units: 16, activation: 'relu', inputShape: [4], kernelInitializer: initializers.heNormal({ seed: 1 }) }),
      layers.dense({ units: 3, activation: 'softmax', kernelInitializer: initializers.heNormal({ seed: 2 }) }),
    ],
  })
  model.compile({ optimizer: tf.train.momentum(1e-3, 0.9), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
  return model
}
const fit = async (model: ReturnType<typeof make>, clr: CyclicLR, epochs: number) => {
  const labels = tf.cast(train!.ys, 'float32')
  await model.fit(train!.xs, labels, { epochs, batchSize: 20, verbose: 0, callbacks: [clr.keras(model)] })
  labels.dispose()
}

// The way up of one triangle, 8 epochs of 6 batches: accuracy against a rising rate.
const test = new CyclicLR({ base_lr: 1e-3, max_lr: 0.5, step_size: 48 })
await fit(make(), test, 8)
await plot_range_test(test.history, { smooth: 6 }).save('runs/examples/keras-clr/range-test.png')

const model = make()
const clr = new CyclicLR({ base_lr: 5e-3, max_lr: 0.1, step_size: 12, mode: 'triangular2' })
await fit(model, clr, 20)
await plot_schedule({ lr: clr.history['lr']! }).save('runs/examples/keras-clr/cycles.png')

const labels = tf.cast(valid!.ys, 'float32')
const [, accuracy] = model.evaluate(valid!.xs, labels) as tf.Scalar[]
const reached = accuracy!.dataSync()[0]!
console.log(`${clr.trn_iterations} batches in 5 cycles, accuracy ${reached.toFixed(2)}`)
assert(clr.history['lr']!.length === 120 && reached >= 0.85, 'Five cycles should tell at least 85 % of the flowers apart.')
