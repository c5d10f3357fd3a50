import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, numbers, useKernels } from '../../testing/compare.js'
import { errorFunction } from '../../testing/error-function.js'
import { expectGradientsOf } from '../../testing/numerical.js'
import { accelerateLayers } from './accelerate-layers.js'

beforeAll(() => {
  useKernels('compiled')
  accelerateLayers(layers)
})

type Activation = (x: tf.Tensor) => tf.Tensor

/** An activation as a layer of tfjs-layers applies it. */
const ofLayer = (activation: 'relu6' | 'gelu' | 'gelu_new' | 'swish'): Activation => {
  const layer = layers.activation({ activation: activation as 'swish' })
  return x => layer.call(x, {}) as tf.Tensor
}

const reLU = layers.reLU({ maxValue: 6 })
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** Each as TensorFlow.js computes it, and in float64. */
const activations: Record<string, readonly [Activation, (x: number) => number]> = {
  relu: [tf.relu, x => Math.max(x, 0)],
  relu6: [tf.relu6, x => Math.min(Math.max(x, 0), 6)],
  leakyRelu: [x => tf.leakyRelu(x, 0.1), x => (x < 0 ? 0.1 * x : x)],
  elu: [tf.elu, x => (x < 0 ? Math.expm1(x) : x)],
  selu: [tf.selu, x => (x < 0 ? 1.7580993408473768 * Math.expm1(x) : 1.0507009873554805 * x)],
  softplus: [tf.softplus, x => Math.log1p(Math.exp(x))],
  sigmoid: [tf.sigmoid, sigmoid],
  tanh: [tf.tanh, Math.tanh],
  exp: [tf.exp, Math.exp],
  erf: [tf.erf, errorFunction],
  square: [tf.square, x => x * x],
  'relu6 of a layer': [ofLayer('relu6'), x => Math.min(Math.max(x, 0), 6)],
  'a ReLU layer up to 6': [x => reLU.call(x, {}) as tf.Tensor, x => Math.min(Math.max(x, 0), 6)],
  gelu: [ofLayer('gelu'), x => (x * (1 + errorFunction(x / Math.SQRT2))) / 2],
  gelu_new: [ofLayer('gelu_new'), x => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2],
  swish: [ofLayer('swish'), x => x * sigmoid(x)],
}
const names = Object.keys(activations)
/** How far from 0 to try them. Beyond, 1 - tanh^2 is made of a few float32 bits, in TensorFlow.js's gradient as in ours. */
const reach = (name: string) => (name === 'tanh' ? 2 : 8)
const without = (...left: string[]) => names.filter(name => !left.includes(name))

describe('compiled activations', () => {
  it('have the values and gradients of cpu at any size and range', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 4 }),
        fc.constantFrom(0.1, 0.5, 1),
        fc.integer({ min: 1, max: 1000 }),
        async (name, shape, share, seed) => {
          const range = share * reach(name)
          const activation: Activation = x => activations[name]![0](tf.mul(x, range))
          // Relative to what a value as large as the range gives: TensorFlow.js's GELU has no more correct digits than that.
          await expectSameAsCpu([input(shape, seed)], x => activation(x!), 2e-6, range)
          await expectSameGradients([input(shape, seed)], x => activation(x!), range)
        },
      ),
      { numRuns: 200 },
    )
  })

  it.each(names)('%s has the gradient of its definition in float64', async name => {
    const [activation, definition] = activations[name]!
    for (const size of [1, 2, 3, 4, 31])
      await expectGradientsOf(
        x => x!.map(value => definition(reach(name) * value)),
        [[size]],
        x => activation(tf.mul(x!, reach(name))),
      )
  })

  it.each(names)('%s passes NaN, infinities and extremes on as cpu does', async name => {
    const { NaN: nan, POSITIVE_INFINITY: infinite } = Number
    const all = [nan, infinite, -infinite, 0, 1e30, -1e30, 200, -200, 1e-30, 6, 7]
    // Where TensorFlow.js's gradient overflows in a cube, ours does not; and at 6 either slope of relu6 is right.
    const left: Record<string, number[]> = { gelu_new: [1e30, -1e30], 'relu6 of a layer': [6] }
    const values = all.filter(value => !left[name]?.includes(value))
    const results = async (backend: string) => {
      await tf.setBackend(backend)
      return tf.tidy(() => {
        const x = tf.tensor1d(values)
        const y = activations[name]![0](x)
        return [...y.dataSync(), ...tf.grad(activations[name]![0])(x).dataSync()]
      })
    }
    const [expected, actual] = [await results('cpu'), await results('wasm')]
    expect(actual.map(Number.isNaN)).toEqual(expected.map(Number.isNaN))
    for (const [i, value] of expected.entries()) {
      if (Number.isFinite(value)) expect(actual[i], `at ${values[i % values.length]}`).toBeCloseTo(value, 6)
      else expect(actual[i]).toEqual(value)
    }
  })

  it.each(names)('%s takes views', async name => {
    await expectSameGradients([input([5, 6])], x => activations[name]![0](tf.reshape(tf.slice(x!, [1, 0], [3, 6]), [9, 2])))
  })

  it.each(['relu', 'relu6', 'leakyRelu', 'erf', 'exp', 'square', 'gelu', 'gelu_new', 'swish'])(
    '%s of int32 is left to TensorFlow.js',
    async name => {
      const x = { shape: [5], values: [-1, 0, 1, 3, 7], dtype: 'int32' } as const
      await expectSameAsCpu([{ ...x, shape: [5] }], x => [activations[name]![0](x!), tf.grad(activations[name]![0])(x!)])
    },
  )

  // Where the output is saved, TensorFlow.js loses the way from it to the input: those cannot be differentiated twice, or wrongly.
  it.each(without('elu', 'sigmoid', 'tanh', 'exp'))('%s can be differentiated twice', async name => {
    const [activation, definition] = activations[name]!
    await tf.setBackend('wasm')
    const x = numbers(31).map(value => 8 * value)
    const actual = tf.tidy(() =>
      tf
        .grad((y: tf.Tensor) => tf.grad(activation)(y))(tf.tensor1d(x))
        .dataSync(),
    )
    const step = 1e-3
    x.forEach((at, i) => {
      const exact = (definition(at + step) - 2 * definition(at) + definition(at - step)) / step ** 2
      expect(Math.abs(actual[i]! - exact), `at ${at}`).toBeLessThan(1e-5)
    })
  })

  it('serve swish with another slope', async () => {
    const { activation } = layers.activation({ activation: 'swish' }) as unknown as {
      activation: { apply(x: tf.Tensor, alpha: number): tf.Tensor }
    }
    await expectSameGradients([input([9])], x => activation.apply(x!, 1.702))
  })

  it.each(names)('%s runs one kernel forward, and one backward', async name => {
    await tf.setBackend('wasm')
    const [x, dy] = [tf.ones([5]), tf.ones([5])]
    const { kernelNames } = await tf.profile(() => tf.tidy(() => tf.grad(activations[name]![0])(x, dy)).dispose())
    // Identity shares data: it is how TensorFlow.js keeps what a gradient needs.
    const [forward, ...rest] = kernelNames.filter(kernel => kernel !== tf.Identity)
    expect(rest).toEqual([name === 'exp' ? tf.Multiply : `${forward}Gradient`])
    tf.dispose([x, dy])
  })
})
