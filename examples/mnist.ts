// All ten digits of MNIST with two small networks; the second gets 99 of 100 test images right.
// npx tsx examples/mnist.ts
import assert from 'node:assert/strict'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { accuracy, ConvLayer, compare_metrics, datasets, Learner, simple_cnn } from 'onecycle'

console.log('\nsimple_cnn, 7,690 parameters')
const simple = new Learner(await datasets.mnist({ seed: 1 }), simple_cnn([1, 16, 32, 10], { seed: 1 }), { metrics: [accuracy] })
const first = await simple.fit_one_cycle(3, 5e-2)

console.log('\nthree convolutions and a dense layer that sees where things are, 19,434 parameters')
const model = sequential({
  layers: [
    new ConvLayer({ filters: 16, kernelSize: 5, strides: 2, seed: 1, inputShape: [28, 28, 1] }),
    new ConvLayer({ filters: 32, strides: 2, seed: 2 }),
    new ConvLayer({ filters: 32, strides: 2, seed: 3 }),
    layers.flatten(),
    layers.dense({ units: 10, kernelInitializer: initializers.glorotUniform({ seed: 4 }) }),
  ],
})
const better = new Learner(await datasets.mnist({ bs: 128, seed: 1 }), model, { metrics: [accuracy] })
const second = await better.fit_one_cycle(2, 1e-2)

await compare_metrics({ simple_cnn: first, 'with a dense layer': second }).save('runs/examples/mnist/accuracy.png')
assert(first.epochs.at(-1)!['accuracy']! >= 0.973, 'simple_cnn should reach 97.3 % of the test images.')
assert(second.epochs.at(-1)!['accuracy']! >= 0.985, 'The second network should reach 98.5 % of the test images.')
