import * as tf from '@tensorflow/tfjs-core'
import { layers, models, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectClose, floats } from '../testing/numerical.js'
import { useCpu } from '../testing/tiny.js'
import { ConvLayer, type ConvLayerOptions } from './conv-layer.js'

beforeAll(useCpu)

type Size = readonly [batch: number, height: number, width: number, channels: number]

/** The convolution written out in float64, with `padding` zeros on every side. */
function convolve(
  x: ArrayLike<number>,
  size: Size,
  kernel: ArrayLike<number>,
  bias: ArrayLike<number>,
  options: Required<Pick<ConvLayerOptions, 'filters' | 'kernelSize' | 'strides' | 'padding'>>,
): number[] {
  const { filters, kernelSize: k, strides, padding } = options
  const [batch, height, width, channels] = size
  const out = (length: number) => Math.floor((length + 2 * padding - k) / strides) + 1
  const result: number[] = []
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < out(height); i++)
      for (let j = 0; j < out(width); j++)
        for (let f = 0; f < filters; f++) {
          let sum = bias[f]!
          for (let a = 0; a < k; a++)
            for (let b = 0; b < k; b++) {
              const [y, z] = [i * strides + a - padding, j * strides + b - padding]
              if (y < 0 || y >= height || z < 0 || z >= width) continue
              for (let c = 0; c < channels; c++)
                sum += x[((n * height + y) * width + z) * channels + c]! * kernel[((a * k + b) * channels + c) * filters + f]!
            }
          result.push(sum)
        }
  return result
}

const cases = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    height: fc.integer({ min: 3, max: 6 }),
    width: fc.integer({ min: 3, max: 6 }),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 3 }),
    kernelSize: fc.integer({ min: 1, max: 4 }),
    strides: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 2 }),
  })
  .filter(({ height, width, kernelSize, padding }) => Math.min(height, width) + 2 * padding >= kernelSize)

function build(
  options: ConvLayerOptions,
  ...shape: [number | null, number | null, number]
): { model: Sequential; layer: ConvLayer } {
  const layer = new ConvLayer({ ...options, inputShape: shape })
  return { model: sequential({ layers: [layer] }), layer }
}

describe('the output', () => {
  it('is the convolution with the same padding on every side', () => {
    fc.assert(
      fc.property(cases, floats(200, -2, 2), (c, numbers) => {
        const size = [c.batch, c.height, c.width, c.channels] as const
        const x = Array.from({ length: size.reduce((a, b) => a * b) }, (_, i) => numbers[i % 200]!)
        for (const activation of ['linear', 'relu'] as const) {
          const { filters, kernelSize, strides, padding } = c
          const own = { filters, kernelSize, strides, padding, activation, seed: 3 }
          const { model, layer } = build(own, c.height, c.width, c.channels)
          layer.setWeights([layer.getWeights()[0]!, tf.tensor1d(Array.from({ length: c.filters }, (_, i) => i - 0.5))])
          const [kernel, bias] = layer.getWeights().map(weight => weight.dataSync())
          const y = model.apply(tf.tensor4d(x, [...size])) as tf.Tensor
          expect(y.shape.slice(1)).toEqual(model.outputs[0]!.shape.slice(1))
          const expected = convolve(x, size, kernel!, bias!, c)
          expectClose(y.dataSync(), activation === 'relu' ? expected.map(v => Math.max(0, v)) : expected, 1e-4)
          model.dispose()
        }
      }),
      { numRuns: 25 },
    )
  })

  it('pads half the filter by default, so that stride 2 halves an even size', () => {
    const { model } = build({ filters: 4, strides: 2 }, 28, 28, 3)
    expect(model.outputs[0]!.shape).toEqual([null, 14, 14, 4])
    const x = [1, 2, 3, 4]
    const ones = build({ filters: 1, strides: 2, useBias: false }, 1, 4, 1)
    ones.layer.setWeights([tf.ones([3, 3, 1, 1])])
    // The windows are [0 1 2] and [2 3 4]; padding 'same' would give [1 2 3] and [3 4 0].
    expect([...(ones.model.apply(tf.tensor4d(x, [1, 1, 4, 1])) as tf.Tensor).dataSync()]).toEqual([3, 9])
  })

  it('has unknown sizes where the input has them', () => {
    const { model } = build({ filters: 2, strides: 2 }, null, 9, 1)
    expect(model.outputs[0]!.shape).toEqual([null, null, 5, 2])
    expect((model.apply(tf.zeros([1, 4, 9, 1])) as tf.Tensor).shape).toEqual([1, 2, 5, 2])
  })
})

describe('the weights', () => {
  it('are drawn with standard deviation sqrt(2 / fan_in), biases are 0', () => {
    const { layer } = build({ filters: 64, seed: 1 }, 8, 8, 16)
    const [kernel, bias] = layer.getWeights().map(weight => [...weight.dataSync()])
    const expected = Math.sqrt(2 / (3 * 3 * 16))
    const mean = kernel!.reduce((sum, w) => sum + w, 0) / kernel!.length
    const std = Math.sqrt(kernel!.reduce((sum, w) => sum + (w - mean) ** 2, 0) / kernel!.length)
    // Four standard errors of 9,216 draws.
    expect(Math.abs(std / expected - 1)).toBeLessThan(4 / Math.sqrt(2 * kernel!.length))
    expect(Math.abs(mean)).toBeLessThan((4 * expected) / Math.sqrt(kernel!.length))
    expect(new Set(bias)).toEqual(new Set([0]))
  })

  it('are those of the seed, 0 among them, and random without one', () => {
    const kernel = (seed?: number) =>
      build({ filters: 2, ...(seed !== undefined && { seed }) }, 3, 3, 1)
        .layer.getWeights()[0]!
        .dataSync()
    expect(kernel(0)).toEqual(kernel(0))
    expect(kernel(0)).not.toEqual(kernel(1))
    expect(kernel()).not.toEqual(kernel())
  })

  it('are one without bias', () => {
    expect(
      build({ filters: 2, useBias: false }, 3, 3, 1)
        .layer.getWeights()
        .map(({ shape }) => shape),
    ).toEqual([[3, 3, 1, 2]])
  })
})

it('survives the JSON of its model, and its weights with it', async () => {
  const { model } = build(
    { filters: 3, kernelSize: 4, strides: 2, padding: 1, activation: 'linear', seed: 5, name: 'first' },
    7,
    null,
    2,
  )
  model.add(new ConvLayer({ filters: 2, useBias: false }))
  model.add(layers.globalAveragePooling2d({}))
  const json = model.toJSON(undefined, true) as string
  const copy = await models.modelFromJSON(JSON.parse(json))
  expect(copy.toJSON(undefined, true)).toBe(json)
  const x = tf.randomNormal([2, 7, 6, 2], 0, 1, 'float32', 1)
  const before = (copy.apply(x) as tf.Tensor).dataSync()
  // The seed came along, but the second layer has none.
  expect(before).not.toEqual((model.apply(x) as tf.Tensor).dataSync())
  copy.setWeights(model.getWeights())
  expect((copy.apply(x) as tf.Tensor).dataSync()).toEqual((model.apply(x) as tf.Tensor).dataSync())
})

it('leaves nothing behind but its output', () => {
  const { model } = build({ filters: 2 }, 5, 5, 1)
  const x = tf.zeros([1, 5, 5, 1])
  const before = tf.memory().numTensors
  const y = model.apply(x, { training: true }) as tf.Tensor
  expect(tf.memory().numTensors).toBe(before + 1)
  tf.dispose(y)
})

describe('refuses', () => {
  it.each([
    [{ filters: 0 }, /filters = 0/],
    [{ filters: 2, kernelSize: 1.5 }, /kernelSize = 1.5/],
    [{ filters: 2, strides: 0 }, /strides = 0/],
    [{ filters: 2, padding: -1 }, /padding = -1/],
    [{ filters: 2, seed: -1 }, /seed = -1/],
    [{ filters: 2, activation: 'softmax' as never }, /activation = 'softmax'.*relu, linear/],
  ])('%o', (options, message) => {
    expect(() => new ConvLayer(options)).toThrow(message)
  })

  it('an input that is no batch of images, or has unknown channels, or is too small', () => {
    expect(() => new ConvLayer({ filters: 2 }).apply(tf.zeros([2, 3]))).toThrow(/expected ndim=4/)
    expect(() => build({ filters: 2 }, 3, 3, null as never)).toThrow(/number of channels/)
    expect(() => build({ filters: 2, kernelSize: 5, padding: 0 }, 4, 9, 1)).toThrow(/images of 4 x 9, too small for filters of 5/)
  })
})
