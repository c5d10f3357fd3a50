import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, numbers, useKernels } from '../../testing/compare.js'
import { expectGradientsOf, type Reference } from '../../testing/numerical.js'
import { accelerateLayers } from './accelerate-layers.js'
import { batchNormKernelNames } from './kernel-names.js'

const shapes = [
  [4, 3, 3, 5],
  [2, 9, 9, 16],
  [1, 1, 1, 3],
  [140, 2, 1, 12],
]

beforeAll(() => {
  useKernels('compiled')
  accelerateLayers(layers)
})

describe('compiled batch norm', () => {
  it.each(shapes)('normalizes by given statistics: %i, %i, %i, %i', async (...shape) => {
    const channels = shape.at(-1)!
    const perChannel = [1, 2, 3].map(seed => input([channels], seed))
    const variance = { shape: [channels], values: numbers(channels, 4).map(value => value + 1.5) }
    const inputs = [input(shape), variance, ...perChannel]
    const program = (...[x, v, m, offset, scale]: tf.Tensor[]) =>
      tf.batchNorm(x as tf.Tensor4D, m as tf.Tensor1D, v as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, 1e-3)
    await expectSameAsCpu(inputs, program)
    await expectSameGradients(inputs, program)
  })

  it('can be differentiated twice', async () => {
    const program = (x: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, 0)
      const [shift, scale] = [tf.zeros([3]), tf.ones([3])] as [tf.Tensor1D, tf.Tensor1D]
      return tf.batchNorm2d(x as tf.Tensor2D, mean as tf.Tensor1D, variance as tf.Tensor1D, shift, scale, 1e-3)
    }
    const slope = tf.grad((x: tf.Tensor) => tf.sum(tf.square(tf.sin(program(x)))))
    await expectSameGradients([input([5, 3])], x => tf.sum(tf.square(slope(x!))))
  })

  it('in training has the values and gradients of its definition in float64', async () => {
    const [rows, channels, epsilon] = [150, 5, 1e-3]
    const reference: Reference = (x, gamma, beta) => {
      const y = new Float64Array(rows * channels)
      for (let c = 0; c < channels; c++) {
        const column = Array.from({ length: rows }, (_, i) => x![i * channels + c]!)
        const mean = column.reduce((a, b) => a + b) / rows
        const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows
        for (let i = 0; i < rows; i++)
          y[i * channels + c] = ((column[i]! - mean) / Math.sqrt(variance + epsilon)) * gamma![c]! + beta![c]!
      }
      return y
    }
    await tf.setBackend('wasm')
    const program = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
      (tf.engine().runKernel(batchNormKernelNames.training, { x, gamma, beta }, { epsilon }) as unknown as tf.Tensor[])[0]!
    await expectGradientsOf(reference, [[rows, channels], [channels], [channels]], program as (...x: tf.Tensor[]) => tf.Tensor)
  })

  it('finds the variance of many values far from zero', async () => {
    await tf.setBackend('wasm')
    const values = numbers(20_000 * 3, 9).map(value => value + 10)
    const [mean, variance] = tf.tidy(() => {
      const [gamma, beta] = [tf.ones([3]), tf.zeros([3])]
      const [, m, v] = tf
        .engine()
        .runKernel(
          batchNormKernelNames.training,
          { x: tf.tensor(values, [20_000, 3]), gamma, beta },
          { epsilon: 1e-3 },
        ) as unknown as tf.Tensor[]
      return [m!.dataSync(), v!.dataSync()]
    }) as [Float32Array, Float32Array]
    const column = values.filter((_, i) => i % 3 === 1)
    const exactMean = column.reduce((sum, value) => sum + value, 0) / column.length
    const exact = column.reduce((sum, value) => sum + (value - exactMean) ** 2, 0) / column.length
    expect(Math.abs(mean[1]! / exactMean - 1)).toBeLessThan(1e-6)
    expect(Math.abs(variance[1]! / exact - 1)).toBeLessThan(1e-6)
  })
})

describe('a BatchNormalization layer', () => {
  const build = (): Sequential => {
    const seeded = (seed: number) => ({ kernelInitializer: initializers.glorotNormal({ seed }) })
    return sequential({
      layers: [
        layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same', inputShape: [6, 6, 2], ...seeded(1) }),
        layers.batchNormalization({ momentum: 0.9 }),
        layers.activation({ activation: 'relu' }),
        layers.flatten(),
        layers.dense({ units: 3, ...seeded(2) }),
        layers.batchNormalization(),
      ],
    })
  }

  it('trains through one kernel as it does through many', async () => {
    const results: number[][] = []
    for (const backend of ['cpu', 'wasm']) {
      await tf.setBackend(backend)
      const model = build()
      model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' })
      const [x, y] = [tf.tensor(numbers(8 * 72, 1), [8, 6, 6, 2]), tf.tensor(numbers(24, 2), [8, 3])]
      const losses: number[] = []
      for (let i = 0; i < 6; i++) losses.push((await model.trainOnBatch(x, y)) as number)
      const predicted = model.predict(x) as tf.Tensor
      results.push([...losses, ...predicted.dataSync()])
      tf.dispose([x, y, predicted])
      model.dispose()
    }
    results[0]!.forEach((value, i) => {
      expect(Math.abs(value - results[1]![i]!)).toBeLessThan(1e-4)
    })
  })

  it('that normalizes another axis keeps its own way', async () => {
    const outputOf = async (backend: string) => {
      await tf.setBackend(backend)
      const layer = layers.batchNormalization({ axis: 1 })
      const x = tf.tensor3d(numbers(24, 1), [3, 4, 2])
      const y = layer.apply(x, { training: true }) as tf.Tensor
      const output = y.dataSync()
      y.dispose()
      x.dispose()
      layer.dispose()
      return output
    }
    const [expected, actual] = [await outputOf('cpu'), await outputOf('wasm')]
    expected.forEach((value, i) => {
      expect(Math.abs(value - actual[i]!)).toBeLessThan(1e-4)
    })
  })
})
