// Alone: it loads TensorFlow's native library.
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { lookInProject } from '../node/project.js'
import { useBackend } from '../use-backend.js'
import { accelerateNative } from './index.js'

const { findTool } = await import(new URL('../../../../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('tfjs-node') as { folder?: string; missing?: string }

/** A model's loss, its gradients, and what it moves to, from the same weights and images each time. */
function gradients(make: () => tf.Tensor): Float32Array[] {
  const { value, grads } = tf.variableGrads(() => make() as tf.Scalar)
  const found = [value, ...Object.values(grads)].map(tensor => Float32Array.from(tensor.dataSync()))
  tf.dispose([value, grads])
  return found
}

describe.skipIf(missing !== undefined)(`TensorFlow's fused operations${missing ? `, left out: ${missing}` : ''}`, () => {
  beforeAll(async () => {
    lookInProject(folder!)
    await useBackend({ prefer: 'node', log: false })
  })

  it('give what TensorFlow.js composes, forward and back, and leave no tensor behind', async () => {
    const images = tf.tensor4d(
      Float32Array.from({ length: 4 * 9 * 9 * 3 }, (_, i) => Math.cos(i * 1.7)),
      [4, 9, 9, 3],
    )
    const conv = layers.conv2d({ filters: 5, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' })
    const norm = layers.batchNormalization({ momentum: 0.9 })
    const dense = layers.dense({ units: 6, activation: 'relu' })
    const flatNorm = layers.batchNormalization()
    const last = layers.dense({ units: 4 })
    const run = () => {
      const maps = norm.apply(conv.apply(images), { training: true }) as tf.Tensor
      const hidden = tf.elu(tf.tanh(dense.apply(tf.reshape(maps, [4, -1])) as tf.Tensor))
      const logits = last.apply(tf.sigmoid(flatNorm.apply(hidden, { training: true }) as tf.Tensor)) as tf.Tensor
      return tf.mean(tf.square(tf.softplus(tf.relu6(logits))))
    }
    tf.dispose(tf.tidy(run))
    const composed = gradients(run)
    accelerateNative(layers)
    const before = tf.memory().numTensors
    const fused = gradients(run)
    expect(tf.memory().numTensors).toBe(before)
    for (const [i, values] of composed.entries())
      expect(Math.max(...values.map((value, j) => Math.abs(value - fused[i]![j]!)))).toBeLessThan(1e-5)
  })

  it('pad by a number, and multiply two matrices, as those of TensorFlow.js do on cpu', async () => {
    const [x, filter, bias] = [[3, 8, 9, 2], [3, 3, 2, 5], [5]].map((shape, i) => ({
      shape,
      values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, j) => Math.sin(j + i)),
    }))
    const run = () =>
      tf.tidy(() => {
        const inputs = [x!, filter!, bias!].map(({ values, shape }) => tf.tensor(values.slice(), shape))
        const attrs = { strides: [2, 2], pad: 1, dataFormat: 'NHWC', dilations: [1, 1], dimRoundingMode: 'floor' }
        const layer = { ...attrs, activation: 'relu', useBias: true } as never
        const convolve = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
          tf.getBackend() === 'tensorflow'
            ? (tf.engine().runKernel('Conv2DLayer', { x, filter, bias }, layer) as tf.Tensor)
            : tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 1, 'NHWC', 1, 'floor'), bias))
        const { value, grads } = tf.valueAndGrads((x, filter, bias) => {
          const y = convolve(x!, filter!, bias!)
          const rows = tf.reshape(y, [-1, 5]) as tf.Tensor2D
          return tf.sum(tf.square(tf.matMul(rows, rows, true, false)))
        })(inputs)
        return [value, ...grads].map(tensor => tensor.dataSync<'float32'>().slice())
      })
    accelerateNative(layers)
    const native = run()
    await tf.setBackend('cpu')
    const plain = run()
    await tf.setBackend('tensorflow')
    for (const [i, values] of plain.entries()) {
      const most = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      for (const [j, value] of values.entries()) expect(Math.abs(value - native[i]![j]!) / most).toBeLessThan(1e-5)
    }
  })

  it('take a ReLU of what is no number for a flat one on the way back', () => {
    accelerateNative(layers)
    const slopes = (f: (x: tf.Tensor) => tf.Tensor) =>
      tf.tidy(() => [
        ...tf
          .grad(f)(tf.tensor1d([Number.NaN, -1, 1]))
          .dataSync(),
      ])
    expect([slopes(tf.relu), slopes(tf.relu6)]).toEqual([
      [0, 0, 1],
      [0, 0, 1],
    ])
  })
})
