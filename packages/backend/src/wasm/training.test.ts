import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { kernelSets, numbers, useKernels } from '../testing/compare.js'

/** Trains for some steps on one batch; returns the losses, having checked that no step left anything behind. */
async function losses(model: layers.Sequential, x: tf.Tensor, y: tf.Tensor, steps: number): Promise<number[]> {
  model.compile({ optimizer: tf.train.sgd(0.05), loss: 'categoricalCrossentropy' })
  const history: number[] = []
  let steady = 0
  for (let step = 0; step < steps; step++) {
    history.push((await model.trainOnBatch(x, y)) as number)
    const held = tf.memory().numTensors + tf.engine().backend.numDataIds()
    if (step === 1) steady = held
    if (step > 1) expect(held, `step ${step} leaks`).toBe(steady)
  }
  return history
}

const oneHot = (n: number, classes: number) =>
  tf.tidy(() =>
    tf.oneHot(
      tf.tensor1d(
        Array.from({ length: n }, (_, i) => i % classes),
        'int32',
      ),
      classes,
    ),
  )

describe.each(kernelSets)('training on wasm, %s kernels', set => {
  beforeAll(async () => {
    useKernels(set)
    await tf.setBackend('wasm')
  })

  it('learns with convolutions, pooling, batch norm, depthwise and dense layers, to the same losses as cpu', async () => {
    const build = () =>
      layers.sequential({
        layers: [
          layers.layers.conv2d({
            inputShape: [12, 12, 1],
            filters: 4,
            kernelSize: 3,
            activation: 'relu',
            kernelInitializer: layers.initializers.glorotNormal({ seed: 1 }),
          }),
          layers.layers.batchNormalization(),
          layers.layers.maxPooling2d({ poolSize: 2 }),
          layers.layers.depthwiseConv2d({
            kernelSize: 3,
            padding: 'same',
            depthwiseInitializer: layers.initializers.glorotNormal({ seed: 2 }),
          }),
          layers.layers.conv2d({
            filters: 6,
            kernelSize: 3,
            strides: 2,
            padding: 'same',
            activation: 'relu',
            kernelInitializer: layers.initializers.glorotNormal({ seed: 3 }),
          }),
          layers.layers.flatten(),
          layers.layers.dense({
            units: 3,
            activation: 'softmax',
            kernelInitializer: layers.initializers.glorotNormal({ seed: 4 }),
          }),
        ],
      })
    const train = async () => {
      const [x, y] = [tf.tensor(numbers(24 * 144, 5), [24, 12, 12, 1]), oneHot(24, 3)]
      const model = build()
      const history = await losses(model, x, y, 12)
      model.dispose()
      tf.dispose([x, y])
      return history
    }
    const onWasm = await train()
    await tf.setBackend('cpu')
    const onCpu = await train()
    await tf.setBackend('wasm')
    expect(onWasm.at(-1)!).toBeLessThan(0.9 * onWasm[0]!)
    for (const [step, loss] of onCpu.entries()) expect(onWasm[step]!).toBeCloseTo(loss, 4)
  })

  it('learns an embedding', async () => {
    const model = layers.sequential({
      layers: [
        layers.layers.embedding({
          inputDim: 20,
          outputDim: 5,
          inputLength: 3,
          embeddingsInitializer: layers.initializers.randomUniform({ minval: -1, maxval: 1, seed: 1 }),
        }),
        layers.layers.flatten(),
        layers.layers.dense({
          units: 4,
          activation: 'softmax',
          kernelInitializer: layers.initializers.glorotNormal({ seed: 2 }),
        }),
      ],
    })
    const [x, y] = [tf.tensor2d(Array.from({ length: 16 }, (_, i) => [i % 20, (3 * i) % 20, (7 * i) % 20])), oneHot(16, 4)]
    const history = await losses(model, x, y, 60)
    expect(history.at(-1)!).toBeLessThan(0.7 * history[0]!)
    model.dispose()
    tf.dispose([x, y])
  })
})
