import * as tf from '@tensorflow/tfjs-core'
import { initializers, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { numbers, useKernels } from '../../testing/compare.js'
import { accelerateBatchNorm } from './batch-norm-layer.js'
import { fusedUpdates } from './optimizer.js'

beforeAll(() => {
  useKernels('compiled')
  accelerateBatchNorm(layers)
})

const seeded = (seed: number) => ({ kernelInitializer: initializers.heNormal({ seed }) })

/** simple_cnn with batch norm, on small images. */
function convolutions(): LayersModel {
  return sequential({
    layers: [
      layers.conv2d({ filters: 6, kernelSize: 3, strides: 2, activation: 'relu', inputShape: [9, 9, 3], ...seeded(1) }),
      layers.batchNormalization(),
      layers.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu', ...seeded(2) }),
      layers.batchNormalization(),
      layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', ...seeded(3) }),
      layers.globalAveragePooling2d({}),
    ],
  })
}

/** A residual network wide enough for every way of convolving. */
function residual(): LayersModel {
  const block = (filters: number, seed: number) => (x: SymbolicTensor) => {
    const convolved = layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false, ...seeded(seed) }).apply(x)
    return layers.activation({ activation: 'relu' }).apply(layers.batchNormalization().apply(convolved)) as SymbolicTensor
  }
  const image = layers.input({ shape: [9, 9, 3] })
  const wide = layers.maxPooling2d({ poolSize: 2 }).apply(block(16, 1)(image)) as SymbolicTensor
  const sum = layers.add().apply([wide, block(16, 3)(block(16, 2)(wide))])
  const pooled = layers.averagePooling2d({ poolSize: 2 }).apply(sum)
  const logits = layers.dense({ units: 3, ...seeded(4) }).apply(layers.flatten().apply(pooled))
  return model({ inputs: image, outputs: logits as SymbolicTensor })
}

const batch = 6
const images = () => tf.tensor4d(numbers(batch * 243, 5), [batch, 9, 9, 3])
const labels = () => tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3), 'float32') as tf.Tensor2D)

/** The losses of some steps, each of which changes the weights in place on wasm. */
async function train(backend: string, build: () => LayersModel, steps: number, everyStep?: () => void): Promise<number[]> {
  await tf.setBackend(backend)
  const network = build()
  const [x, y] = [images(), labels()]
  const weights = network.trainableWeights.map(weight => (weight as unknown as { val: tf.Variable }).val)
  const slots = weights.map(weight => ({ avg: tf.keep(tf.zerosLike(weight)) }))
  const losses: number[] = []
  for (let step = 1; step <= steps; step++) {
    const forward = () => tf.losses.softmaxCrossEntropy(y, network.apply(x, { training: true }) as tf.Tensor) as tf.Scalar
    const { value, grads } = tf.variableGrads(forward, weights)
    losses.push(value.dataSync()[0]!)
    for (const [i, parameter] of weights.entries()) {
      const gradient = grads[parameter.name]!
      const hyper = { lr: 0.02, mom: 0.9 }
      const done = fusedUpdates['sgd momentum']!({ parameter, gradient, slots: slots[i]!, hyper, decays: false, steps: step })
      expect(done).toBe(backend === 'wasm')
      if (done) continue
      tf.tidy(() => {
        const { avg } = slots[i]!
        slots[i] = { avg: tf.keep(tf.add(tf.mul(avg, 0.9), gradient)) }
        parameter.assign(tf.sub(parameter, tf.mul(slots[i]!.avg, 0.02)))
        avg.dispose()
      })
    }
    tf.dispose([value, grads])
    everyStep?.()
  }
  tf.dispose([x, y, slots])
  network.dispose()
  return losses
}

describe.each([
  ['convolutions with batch norm', convolutions],
  ['a residual network', residual],
])('%s', (_, build) => {
  it('has the losses of cpu over 50 steps', async () => {
    const [expected, actual] = [await train('cpu', build, 50), await train('wasm', build, 50)]
    expect(expected.at(-1)!).toBeLessThan(expected[0]! / 2)
    const apart = expected.map((loss, i) => Math.abs(loss - actual[i]!))
    expect(Math.max(...apart)).toBeLessThan(1e-4)
  })

  it('keeps its tensors and its heap over many steps', async () => {
    await tf.setBackend('wasm')
    const held = () => {
      const { HEAPU8 } = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm
      return { tensors: tf.memory().numTensors, data: tf.engine().backend.numDataIds(), heap: HEAPU8.length }
    }
    const before = held()
    const history: ReturnType<typeof held>[] = []
    await train('wasm', build, 300, () => history.push(held()))
    expect(history.at(-1)).toEqual(history[5])
    expect({ ...held(), heap: 0 }).toEqual({ ...before, heap: 0 })
  })
})
