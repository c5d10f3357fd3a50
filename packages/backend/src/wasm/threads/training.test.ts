import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { expect, it } from 'vitest'
import { numbers } from '../../testing/compare.js'
import { accelerateLayers } from '../index.js'
import { startWasm } from '../internal.js'

const seeded = (seed: number) => ({ kernelInitializer: initializers.heNormal({ seed }) })

/** The losses of a small network on one batch of 21 images. */
async function train(threads: number, steps: number): Promise<number[]> {
  // Starts the backend anew, which it refuses while tensors are left.
  await startWasm({ threads })
  accelerateLayers(layers)
  const model = sequential({
    layers: [
      layers.conv2d({ filters: 10, kernelSize: 3, padding: 'same', useBias: false, inputShape: [15, 15, 3], ...seeded(1) }),
      layers.batchNormalization(),
      layers.activation({ activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 20, kernelSize: 3, strides: 2, activation: 'relu', ...seeded(2) }),
      layers.flatten(),
      layers.dense({ units: 40, activation: 'relu', ...seeded(3) }),
      layers.dense({ units: 3, ...seeded(4) }),
    ],
  })
  const optimizer = tf.train.sgd(0.02)
  const loss = (y: tf.Tensor, z: tf.Tensor) => tf.losses.softmaxCrossEntropy(y, z)
  model.compile({ optimizer, loss })
  const x = tf.tensor(numbers(21 * 675, 5), [21, 15, 15, 3])
  const y = tf.tidy(() =>
    tf.oneHot(
      tf.tensor1d(
        Array.from({ length: 21 }, (_, i) => i % 3),
        'int32',
      ),
      3,
    ),
  )
  const losses: number[] = []
  let steady = 0
  for (let step = 0; step < steps; step++) {
    losses.push((await model.trainOnBatch(x, y)) as number)
    if (step === 1) steady = tf.memory().numTensors
    if (step > 1) expect(tf.memory().numTensors).toBe(steady)
  }
  tf.dispose([x, y])
  model.dispose()
  optimizer.dispose()
  expect(tf.engine().backend.numDataIds()).toBe(0)
  return losses
}

it('two threads train as one does, and to the same bits every time', async () => {
  const alone = await train(1, 30)
  const together = await train(2, 30)
  expect(alone.at(-1)!).toBeLessThan(alone[0]! / 2)
  const apart = alone.map((loss, i) => Math.abs(loss - together[i]!))
  expect(Math.max(...apart)).toBeLessThan(1e-4)
  expect(apart.some(difference => difference > 0)).toBe(true)
  await startWasm({ threads: 1 })
  expect(await train(2, 30)).toEqual(together)
})
