import { simple_cnn } from '@onecycle/learner'
import {
  initializers,
  type LayersModel,
  layers,
  model,
  type Sequential,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers'

/** A network, its batch and its optimizer: one row of the table. The same ones stand in torch_bench.py. */
export interface Workload {
  readonly name: string
  readonly what: string
  readonly batch: number
  /** Shape of one sample. */
  readonly input: readonly number[]
  readonly classes: number
  readonly optimizer: { readonly kind: 'sgd' | 'adam'; readonly lr: number }
  build(): LayersModel
}

const sgd = (lr: number) => ({ kind: 'sgd', lr }) as const
const adam = { kind: 'adam', lr: 1e-3 } as const

export const workloads: readonly Workload[] = [
  {
    name: 'W1',
    what: 'simple_cnn([3, 16, 16, 2]), 28x28x3, SGD with momentum',
    batch: 64,
    input: [28, 28, 3],
    classes: 2,
    optimizer: sgd(0.05),
    build: () => simple_cnn([3, 16, 16, 2], { seed: 1 }),
  },
  {
    name: 'W1bn',
    what: 'the same with batch norm',
    batch: 64,
    input: [28, 28, 3],
    classes: 2,
    optimizer: sgd(0.05),
    build: () => simple_cnn([3, 16, 16, 2], { bn: true, seed: 1 }),
  },
  {
    name: 'W2',
    what: 'conv 32, conv 64, pool, dense 128, dense 10; 28x28x1, Adam',
    batch: 64,
    input: [28, 28, 1],
    classes: 10,
    optimizer: adam,
    build: lenetLike,
  },
  { name: 'W3', what: 'MLP 784-256-128-10, Adam', batch: 128, input: [784], classes: 10, optimizer: adam, build: perceptron },
  {
    name: 'W4',
    what: 'ResNet-9-like of width 16, 32x32x3, SGD with momentum',
    batch: 64,
    input: [32, 32, 3],
    classes: 10,
    optimizer: sgd(0.002),
    build: () => resnet9(16),
  },
]

/** Enough work for a large GPU; on one thread of a processor a step takes many seconds. */
export const large: Workload = {
  name: 'W5',
  what: 'the same of width 64, batch 512',
  batch: 512,
  input: [32, 32, 3],
  classes: 10,
  optimizer: sgd(0.002),
  build: () => resnet9(64),
}

const relu = { activation: 'relu', kernelInitializer: 'heNormal' } as const

function lenetLike(): Sequential {
  return sequential({
    layers: [
      layers.conv2d({ filters: 32, kernelSize: 3, ...relu, inputShape: [28, 28, 1] }),
      layers.conv2d({ filters: 64, kernelSize: 3, ...relu }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 128, ...relu }),
      layers.dense({ units: 10 }),
    ],
  })
}

function perceptron(): Sequential {
  return sequential({
    layers: [
      layers.dense({ units: 256, ...relu, inputShape: [784] }),
      layers.dense({ units: 128, ...relu }),
      layers.dense({ units: 10 }),
    ],
  })
}

/** `side` must hold three poolings by 2: a multiple of 8. */
export function resnet9(width: number, side = 32): LayersModel {
  let seed = 0
  const block = (filters: number) => (x: SymbolicTensor) => {
    const convolved = layers
      .conv2d({
        filters,
        kernelSize: 3,
        padding: 'same',
        useBias: false,
        kernelInitializer: initializers.heNormal({ seed: ++seed }),
      })
      .apply(x)
    const normalized = layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }).apply(convolved)
    return layers.activation({ activation: 'relu' }).apply(normalized) as SymbolicTensor
  }
  const pooled = (poolSize: number, x: SymbolicTensor) => layers.maxPooling2d({ poolSize }).apply(x) as SymbolicTensor
  const residual = (filters: number, x: SymbolicTensor) =>
    layers.add().apply([x, block(filters)(block(filters)(x))]) as SymbolicTensor
  const image = layers.input({ shape: [side, side, 3] })
  let x = pooled(2, block(2 * width)(block(width)(image)))
  x = residual(2 * width, x)
  x = pooled(2, block(4 * width)(x))
  x = residual(8 * width, pooled(2, block(8 * width)(x)))
  const dense = layers.dense({ units: 10, kernelInitializer: initializers.glorotNormal({ seed: ++seed }) })
  const logits = dense.apply(layers.flatten().apply(pooled(side / 8, x))) as SymbolicTensor
  return model({ inputs: image, outputs: logits })
}
