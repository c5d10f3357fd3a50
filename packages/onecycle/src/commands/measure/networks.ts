import { adam, type OptimizerFactory, sgd, simple_cnn } from '@onecycle/learner'
import { type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'

/** A small copy of a workload of the benchmarks. */
export interface Network {
  readonly name: 'W1' | 'W3' | 'W4'
  readonly what: string
  readonly batch: number
  /** Shape of one sample. */
  readonly input: readonly number[]
  readonly classes: number
  readonly optimizer: OptimizerFactory
  build(): LayersModel
}

const momentum = sgd({ lr: 1e-3, mom: 0.9 })

export const networks: readonly Network[] = [
  {
    name: 'W1',
    what: 'three convolutions with stride 2, 28x28x3, batch 32, SGD with momentum',
    batch: 32,
    input: [28, 28, 3],
    classes: 2,
    optimizer: momentum,
    build: () => simple_cnn([3, 16, 16, 2], { seed: 1 }),
  },
  {
    name: 'W3',
    what: 'perceptron 784-256-128-10, batch 32, Adam',
    batch: 32,
    input: [784],
    classes: 10,
    optimizer: adam({ lr: 1e-3 }),
    build: () =>
      sequential({
        layers: [
          layers.dense({ units: 256, activation: 'relu', inputShape: [784] }),
          layers.dense({ units: 128, activation: 'relu' }),
          layers.dense({ units: 10 }),
        ],
      }),
  },
  {
    name: 'W4',
    what: 'residual network of width 8, 32x32x3, batch 16, SGD with momentum',
    batch: 16,
    input: [32, 32, 3],
    classes: 10,
    optimizer: momentum,
    build: () => residual(8),
  },
]

function residual(width: number): LayersModel {
  const block = (filters: number, x: SymbolicTensor) => {
    const convolved = layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }).apply(x)
    return layers
      .activation({ activation: 'relu' })
      .apply(layers.batchNormalization({ momentum: 0.9 }).apply(convolved)) as SymbolicTensor
  }
  const half = (x: SymbolicTensor) => layers.maxPooling2d({ poolSize: 2 }).apply(x) as SymbolicTensor
  const twice = (filters: number, x: SymbolicTensor) =>
    layers.add().apply([x, block(filters, block(filters, x))]) as SymbolicTensor
  const inputs = layers.input({ shape: [32, 32, 3] })
  const early = twice(2 * width, half(block(2 * width, block(width, inputs))))
  const late = twice(8 * width, half(block(8 * width, half(block(4 * width, early)))))
  const features = layers.flatten().apply(layers.maxPooling2d({ poolSize: 4 }).apply(late))
  return model({ inputs, outputs: layers.dense({ units: 10 }).apply(features) as SymbolicTensor })
}
