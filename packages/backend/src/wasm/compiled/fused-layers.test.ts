import * as tf from '@tensorflow/tfjs-core'
import { initializers, type layers as Layers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { numbers, useKernels } from '../../testing/compare.js'
import { accelerateLayers } from './accelerate-layers.js'
import { layerKernelNames } from './kernel-names.js'

type Layer = InstanceType<typeof Layers.Layer>

const { dense, denseGradient, conv2D, conv2DGradient } = layerKernelNames
const glorot = {
  kernelInitializer: initializers.glorotUniform({ seed: 3 }),
  biasInitializer: initializers.constant({ value: 0.1 }),
}

/** The layer's output, and the gradients of its input and its weights. */
async function passes(backend: string, make: () => Layer, shape: number[]): Promise<number[][]> {
  await tf.setBackend(backend)
  const before = tf.memory().numTensors
  const layer = make()
  const results = tf.tidy(() => {
    const x = tf.variable(tf.tensor(numbers(tf.util.sizeFromShape(shape)), shape))
    const loss = () => {
      const y = layer.apply(x) as tf.Tensor
      return tf.sum(tf.mul(y, tf.tensor(numbers(y.size, 7), y.shape))) as tf.Scalar
    }
    const y = (layer.apply(x) as tf.Tensor).dataSync()
    const { grads } = tf.variableGrads(loss)
    const ordered = [x, ...layer.weights.map(weight => weight.read() as tf.Variable)].map(({ name }) => grads[name]!.dataSync())
    x.dispose()
    return [y, ...ordered].map(values => [...values])
  })
  layer.dispose()
  expect(tf.memory().numTensors, `${backend} leaks`).toBe(before)
  return results
}

async function expectSame(make: () => Layer, shape: number[]): Promise<void> {
  const expected = await passes('cpu', make, shape)
  const actual = await passes('wasm', make, shape)
  for (const [i, values] of expected.entries()) {
    const scale = Math.max(...values.map(Math.abs), 1e-3)
    expect(Math.max(...values.map((value, j) => Math.abs(value - actual[i]![j]!))) / scale, `result ${i}`).toBeLessThan(1e-5)
  }
}

/** The names of the kernels that a program runs on wasm. */
async function kernelsOf(program: () => void): Promise<string[]> {
  const { kernelNames } = await tf.profile(() => {
    program()
    return tf.scalar(0)
  })
  return kernelNames
}

beforeAll(() => {
  useKernels('compiled')
  accelerateLayers(layers)
  accelerateLayers(layers)
})

describe('a Dense layer', () => {
  it.each([
    ['relu', [5, 7]],
    ['linear', [1, 1]],
    ['tanh', [3, 12]],
    ['softmax', [4, 3]],
    ['relu', [2, 3, 5]],
  ] as const)('with %s has the values and gradients of cpu on [%s]', async (activation, shape) => {
    for (const useBias of [true, false])
      await expectSame(() => layers.dense({ units: 10, activation, useBias, ...glorot }), [...shape])
  })

  it('runs one kernel forward and two backward', async () => {
    await tf.setBackend('wasm')
    const layer = layers.dense({ units: 4, activation: 'relu', inputShape: [3] })
    const model = sequential({ layers: [layer] })
    const x = tf.variable(tf.ones([2, 3]))
    const names = await kernelsOf(() => tf.variableGrads(() => tf.sum(model.apply(x) as tf.Tensor) as tf.Scalar))
    expect(names.filter(name => [dense, denseGradient, tf.BatchMatMul].includes(name))).toEqual([
      dense,
      denseGradient,
      tf.BatchMatMul,
    ])
    x.dispose()
    model.dispose()
  })

  it('can still be differentiated twice', async () => {
    const second = async (backend: string) => {
      await tf.setBackend(backend)
      const layer = layers.dense({ units: 3, activation: 'tanh', ...glorot })
      const inner = tf.grad(x => tf.sum(tf.square(layer.apply(x) as tf.Tensor)))
      return tf.tidy(() => {
        const result = tf
          .grad(x => tf.sum(tf.square(inner(x))))(tf.tensor2d([[0.3, -0.2]]))
          .dataSync()
        layer.dispose()
        return [...result]
      })
    }
    const expected = await second('cpu')
    for (const [i, value] of (await second('wasm')).entries()) expect(value).toBeCloseTo(expected[i]!, 5)
  })
})

describe('a Conv2D layer', () => {
  it.each([
    ['relu', { kernelSize: 3, padding: 'same' }, [2, 5, 6, 3]],
    ['relu', { kernelSize: 3, strides: 2, padding: 'same' }, [3, 7, 7, 16]],
    ['linear', { kernelSize: 1 }, [2, 4, 4, 8]],
    ['relu', { kernelSize: 3, padding: 'same' }, [1, 6, 6, 16]],
    ['sigmoid', { kernelSize: [2, 3] }, [1, 4, 5, 1]],
    ['linear', { kernelSize: 2, dilationRate: 1, strides: [1, 2] }, [1, 4, 5, 2]],
  ] as const)('with %s and %j has the values and gradients of cpu on [%s]', async (activation, options, shape) => {
    const args = { ...options, ...glorot, activation } as unknown as Parameters<typeof layers.conv2d>[0]
    for (const useBias of [true, false]) await expectSame(() => layers.conv2d({ ...args, filters: 16, useBias }), [...shape])
  })

  it('runs a single kernel backward where its input needs no gradient', async () => {
    await tf.setBackend('wasm')
    const model = sequential({
      layers: [layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu', inputShape: [5, 5, 1] })],
    })
    const x = tf.ones([1, 5, 5, 1])
    const names = await kernelsOf(() => tf.variableGrads(() => tf.sum(model.apply(x) as tf.Tensor) as tf.Scalar))
    expect(names.filter(name => /conv/i.test(name))).toEqual([conv2D, conv2DGradient])
    x.dispose()
    model.dispose()
  })

  it('keeps its own way where the filter is dilated', async () => {
    await tf.setBackend('wasm')
    const layer = layers.conv2d({ filters: 2, kernelSize: 2, dilationRate: 2 })
    const x = tf.ones([1, 5, 5, 1])
    const names = await kernelsOf(() => tf.dispose(layer.apply(x) as tf.Tensor))
    expect(names).not.toContain(conv2D)
    tf.dispose(x)
    layer.dispose()
  })
})

it('a layer of one input refuses two, as it does elsewhere', async () => {
  await tf.setBackend('wasm')
  const layer = layers.dense({ units: 2, inputShape: [3] })
  const x = tf.ones([1, 3])
  tf.dispose(layer.apply(x) as tf.Tensor)
  expect(() => layer.call([x, x], {})).toThrow('Expected Tensor length to be 1; got 2')
  layer.dispose()
  x.dispose()
})
