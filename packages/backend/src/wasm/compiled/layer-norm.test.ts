import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, input, numbers, useKernels } from '../../testing/compare.js'
import { expectGradientsOf, type Reference } from '../../testing/numerical.js'
import { accelerateLayers } from './accelerate-layers.js'
import { layerNormKernelNames } from './kernel-names.js'

beforeAll(() => {
  useKernels('compiled')
  accelerateLayers(layers)
})

const epsilon = 1e-3

function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor {
  const outputs = tf.engine().runKernel(layerNormKernelNames.forward, { x, gamma, beta }, { epsilon })
  return (outputs as unknown as tf.Tensor[])[0]!
}

/** The definition, row by row. */
const referenceOf =
  (columns: number): Reference =>
  (x, gamma, beta) => {
    const y = new Float64Array(x!.length)
    for (let first = 0; first < x!.length; first += columns) {
      const row = x!.subarray(first, first + columns)
      const mean = row.reduce((a, b) => a + b) / columns
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns
      row.forEach((value, j) => {
        y[first + j] = ((value - mean) / Math.sqrt(variance + epsilon)) * gamma![j]! + beta![j]!
      })
    }
    return y
  }

describe('compiled layer norm', () => {
  it.each([
    [1, 1],
    [3, 2],
    [1, 5],
    [7, 8],
    [140, 3],
    [2, 19],
  ])('has the values and gradients of its definition in float64: [%i, %i]', async (rows, columns) => {
    const program = layerNorm as (...inputs: tf.Tensor[]) => tf.Tensor
    await expectGradientsOf(referenceOf(columns), [[rows, columns], [columns], [columns]], program)
  })

  it.each([
    ['long rows', 2, 30_000, 1.3],
    ['long rows far from zero', 3, 5001, 10_000],
    ['short rows far from zero', 50, 6, -1000],
  ])('loses no precision: %s', async (_, rows, columns, mean) => {
    await tf.setBackend('wasm')
    const x = numbers(rows * columns, 5).map(value => value + mean)
    const [gamma, beta] = [numbers(columns, 6), numbers(columns, 7)]
    const actual = tf.tidy(() => layerNorm(tf.tensor2d(x, [rows, columns]), tf.tensor1d(gamma), tf.tensor1d(beta)).dataSync())
    const exact = referenceOf(columns)(...[x, gamma, beta].map(values => Float64Array.from(values)))
    expect(exact.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0)).toBeLessThan(1e-6)
  })

  it('sums the gradients of gamma and beta over many rows without drift', async () => {
    await tf.setBackend('wasm')
    const [rows, columns] = [30_000, 5]
    const [x, dy] = [numbers(rows * columns, 1), numbers(rows * columns, 2).map(value => value + 1.3)]
    const [dGamma, dBeta] = tf.tidy(() => {
      const inputs = [tf.tensor2d(x, [rows, columns]), tf.ones([columns]), tf.zeros([columns])]
      const grads = tf.grads(layerNorm as (...inputs: tf.Tensor[]) => tf.Tensor)(inputs, tf.tensor2d(dy, [rows, columns]))
      return grads.slice(1).map(gradient => gradient.dataSync())
    }) as [Float32Array, Float32Array]
    const normal = referenceOf(columns)(Float64Array.from(x), new Float64Array(columns).fill(1), new Float64Array(columns))
    const exact = (of: (i: number) => number) =>
      Array.from({ length: columns }, (_, j) => dy.reduce((sum, value, i) => (i % columns === j ? sum + value * of(i) : sum), 0))
    const exactGamma = exact(i => normal[i]!)
    const largest = Math.max(...exactGamma.map(Math.abs))
    exactGamma.forEach((value, j) => {
      expect(Math.abs(dGamma[j]! - value) / largest).toBeLessThan(1e-5)
    })
    exact(() => 1).forEach((value, j) => {
      expect(Math.abs(dBeta[j]! / value - 1)).toBeLessThan(1e-6)
    })
  })

  it('of no rows is empty, and its gradients are 0', async () => {
    await tf.setBackend('wasm')
    const results = tf.tidy(() => {
      const inputs = [tf.zeros([0, 3]), tf.ones([3]), tf.ones([3])]
      const grads = tf.grads(layerNorm as (...inputs: tf.Tensor[]) => tf.Tensor)(inputs, tf.zeros([0, 3]))
      return [layerNorm(inputs[0]!, inputs[1]!, inputs[2]!), ...grads].map(tensor => [...tensor.dataSync()])
    })
    expect(results).toEqual([[], [], [0, 0, 0], [0, 0, 0]])
  })
})

/** The output of a layer with these weights, and the gradients by its input and weights with an uneven gradient from above. */
function program(epsilon: number) {
  return (x: tf.Tensor, ...weights: tf.Tensor[]): tf.Tensor[] => {
    const layer = layers.layerNormalization({ epsilon })
    layer.apply(x)
    layer.setWeights(weights)
    const dy = tf.tensor(numbers(x.size, 7), x.shape)
    const call = (input: tf.Tensor) => layer.apply(input) as tf.Tensor
    const variables = layer.trainableWeights.map(weight => weight.read() as tf.Variable)
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(call(x), dy)), variables)
    const results = [call(x), tf.grad(call)(x, dy), ...variables.map(variable => grads[variable.name]!)]
    layer.dispose()
    return results
  }
}

describe('a LayerNormalization layer', () => {
  it('has the values and gradients that it has on cpu', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
        // Gradients over one or two columns nearly cancel, and cpu's are then off; the definition has them above.
        fc.integer({ min: 3, max: 19 }),
        fc.constantFrom(1e-3, 0.1),
        async (shape, columns, epsilon) => {
          const weights = [input([columns], 2), input([columns], 3)]
          await expectSameAsCpu([input([...shape, columns]), ...weights], program(epsilon))
        },
      ),
      { numRuns: 50 },
    )
  })

  // TensorFlow.js cannot differentiate its own layer without gamma or beta.
  it.each([
    [true, false],
    [false, true],
    [false, false],
  ])('needs no gamma and no beta: center %s, scale %s', async (center, scale) => {
    const layer = layers.layerNormalization({ center, scale, epsilon })
    const [ones, zeros] = [new Float64Array(7).fill(1), new Float64Array(7)]
    await expectGradientsOf(
      x => referenceOf(7)(x!, ones, zeros),
      [[2, 3, 2, 2, 7]],
      x => layer.apply(x!) as tf.Tensor,
    )
    layer.dispose()
  })

  it('passes NaN and infinity on within their rows', async () => {
    const values = [1, 2, 4, Number.NaN, 5, 6, 7, Number.POSITIVE_INFINITY, 9, -1, 0, 3]
    const results = async (backend: string) => {
      await tf.setBackend(backend)
      return tf.tidy(() => program(epsilon)(tf.tensor2d(values, [4, 3]), tf.ones([3]), tf.zeros([3])).map(y => [...y.dataSync()]))
    }
    const [expected, actual] = [await results('cpu'), await results('wasm')]
    expect(actual.map(row => row.map(Number.isNaN))).toEqual(expected.map(row => row.map(Number.isNaN)))
    for (const i of [0, 1, 2, 9, 10, 11]) expect(actual[0]![i]).toBeCloseTo(expected[0]![i]!, 5)
  })

  it('runs one kernel forward, and one backward', async () => {
    await tf.setBackend('wasm')
    const layer = layers.layerNormalization({})
    const [x, dy] = [tf.ones([2, 5]), tf.ones([2, 5])]
    tf.tidy(() => layer.apply(x) as tf.Tensor).dispose()
    const differentiate = () => tf.grad((input: tf.Tensor) => layer.apply(input) as tf.Tensor)(x, dy)
    const { kernelNames } = await tf.profile(() => tf.tidy(differentiate).dispose())
    // Identity shares data: it is how TensorFlow.js keeps what a gradient needs.
    expect(kernelNames.filter(name => name !== tf.Identity)).toEqual(Object.values(layerNormKernelNames))
    tf.dispose([x, dy])
    layer.dispose()
  })

  it('can still be differentiated twice', async () => {
    await expectSameAsCpu([input([3, 5])], x => {
      const layer = layers.layerNormalization({})
      const inner = tf.grad((z: tf.Tensor) => tf.sum(tf.square(tf.add(layer.apply(z) as tf.Tensor, tf.square(z)))))
      const result = tf.grad((z: tf.Tensor) => tf.sum(tf.square(inner(z))))(x!)
      layer.dispose()
      return result
    })
  })

  it('takes views', async () => {
    const weights = [input([3], 2), input([3], 3)]
    await expectSameAsCpu([input([5, 6]), ...weights], (x, ...rest) =>
      program(epsilon)(tf.reshape(tf.slice(x!, [1, 0], [4, 6]), [2, 4, 3]), ...rest),
    )
  })

  it.each([[1], [[1, 2]], [[0, 2]]])('that normalizes axes %j keeps its own way', async axis => {
    const axes = [axis].flat()
    await expectSameAsCpu([input([3, 4, 2])], x => {
      const layer = layers.layerNormalization({ axis })
      const y = layer.apply(x!) as tf.Tensor
      const weights = layer.getWeights().map(weight => weight.shape)
      expect(weights).toEqual([0, 1].map(() => axes.map(axis => [3, 4, 2][axis])))
      layer.dispose()
      return y
    })
  })

  it('leaves int32 to TensorFlow.js', async () => {
    await tf.setBackend('wasm')
    const layer = layers.layerNormalization({})
    const dtype = tf.tidy(() => (layer.apply(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32')) as tf.Tensor).dtype)
    layer.dispose()
    expect(dtype).toBe('int32')
  })
})

describe('a network with layer norm and GELU', () => {
  const build = (): Sequential => {
    const seeded = (seed: number) => ({ kernelInitializer: initializers.glorotNormal({ seed }) })
    return sequential({
      layers: [
        layers.dense({ units: 19, activation: 'gelu' as 'relu', inputShape: [7, 5], ...seeded(1) }),
        layers.layerNormalization(),
        layers.dense({ units: 6, activation: 'swish', ...seeded(2) }),
        layers.flatten(),
        layers.layerNormalization({ epsilon: 0.01 }),
        layers.dense({ units: 3, activation: 'gelu_new' as 'relu', ...seeded(3) }),
      ],
    })
  }

  it('trains through our kernels as it does on cpu', async () => {
    const results: number[][] = []
    for (const backend of ['cpu', 'wasm']) {
      await tf.setBackend(backend)
      const model = build()
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' })
      const [x, y] = [tf.tensor(numbers(8 * 35, 1), [8, 7, 5]), tf.tensor(numbers(24, 2), [8, 3])]
      const before = tf.memory().numTensors
      const losses: number[] = []
      for (let i = 0; i < 20; i++) losses.push((await model.trainOnBatch(x, y)) as number)
      expect(tf.memory().numTensors, `${backend} leaks`).toBe(before)
      results.push(losses)
      tf.dispose([x, y])
      model.dispose()
    }
    results[0]!.forEach((value, i) => {
      expect(Math.abs(value - results[1]![i]!)).toBeLessThan(1e-5)
    })
    expect(results[1]!.at(-1)).toBeLessThan(results[1]![0]!)
  })
})
