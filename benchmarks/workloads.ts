import { simple_cnn, tabular_model } from '@onecycle/learner'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { characterGpt, lenetLike, perceptron, resnet9, separableNet, soundNet, tagger, textClassifier, unet } from './networks.js'
import { characters, discs, rows, type Samples, samples, tagged, texts } from './samples.js'

/** A network, its batch and its optimizer: one row of the table. The same ones stand in torch_bench.py. */
export interface Workload {
  readonly name: string
  readonly what: string
  readonly batch: number
  readonly classes: number
  readonly optimizer: { readonly kind: 'sgd' | 'adam'; readonly lr: number }
  samples(count: number): Samples
  build(): LayersModel
}

const sgd = (lr: number) => ({ kind: 'sgd', lr }) as const
const adam = { kind: 'adam', lr: 1e-3 } as const

/** Samples of one shape that are of one class each. */
const labelled = (shape: number[], classes: number) => ({
  classes,
  samples: (count: number): Samples => ({ ...samples(count, shape, classes), shape }),
})
const words = { classes: 2, samples: (count: number) => texts(count, 80, 5000) }

export const workloads: readonly Workload[] = [
  {
    name: 'W1',
    what: 'simple_cnn([3, 16, 16, 2]), 28x28x3, SGD with momentum',
    batch: 64,
    optimizer: sgd(0.05),
    ...labelled([28, 28, 3], 2),
    build: () => simple_cnn([3, 16, 16, 2], { seed: 1 }),
  },
  {
    name: 'W1bn',
    what: 'the same with batch norm',
    batch: 64,
    optimizer: sgd(0.05),
    ...labelled([28, 28, 3], 2),
    build: () => simple_cnn([3, 16, 16, 2], { bn: true, seed: 1 }),
  },
  {
    name: 'W2',
    what: 'conv 32, conv 64, pool, dense 128, dense 10; 28x28x1, Adam',
    batch: 64,
    optimizer: adam,
    ...labelled([28, 28, 1], 10),
    build: lenetLike,
  },
  { name: 'W3', what: 'MLP 784-256-128-10, Adam', batch: 128, optimizer: adam, ...labelled([784], 10), build: perceptron },
  {
    name: 'W4',
    what: 'ResNet-9-like of width 16, 32x32x3, SGD with momentum',
    batch: 64,
    optimizer: sgd(0.002),
    ...labelled([32, 32, 3], 10),
    build: () => resnet9(16),
  },
  {
    name: 'W6',
    what: 'LSTM classifier: embedding 5000x64, 80 steps, 64 units, Adam',
    batch: 32,
    optimizer: adam,
    ...words,
    build: () => textClassifier('lstm'),
  },
  { name: 'W7', what: 'the same with GRU', batch: 32, optimizer: adam, ...words, build: () => textClassifier('gru') },
  {
    name: 'W8',
    what: 'character GPT: 4 blocks of width 128 with 4 heads, 64 characters of 65 kinds, Adam',
    batch: 16,
    optimizer: adam,
    classes: 65,
    samples: count => characters(count, 64, 65),
    build: () => characterGpt(),
  },
  {
    name: 'W9',
    what: 'depthwise-separable net, 32x32x3, Adam',
    batch: 64,
    optimizer: adam,
    ...labelled([32, 32, 3], 10),
    build: () => separableNet(),
  },
  {
    name: 'W10',
    what: 'U-Net 16-32-64, a class for each pixel, 64x64x1, Adam',
    batch: 16,
    optimizer: adam,
    classes: 2,
    samples: count => discs(count, 64),
    build: () => unet(),
  },
  {
    name: 'W11',
    what: 'table: 10 embeddings 100x21, 8 numbers, dense 200-100-50 with batch norm and dropout, Adam',
    batch: 128,
    optimizer: adam,
    classes: 2,
    samples: count => rows(count, 10, 100, 8),
    build: () => tabular(10, [200, 100, 50]),
  },
  {
    name: 'W12',
    what: '1-D convolutions 32-32-64-64, 8000x1, Adam',
    batch: 32,
    optimizer: adam,
    ...labelled([8000, 1], 10),
    build: () => soundNet(),
  },
  {
    name: 'W13',
    what: 'LSTM tagger both ways: a class for each of 20 to 80 steps, masked, Adam',
    batch: 32,
    optimizer: adam,
    classes: 10,
    samples: count => tagged(count, 80, 5000, 10),
    build: () => tagger(),
  },
]

/** Enough work for a large GPU; on one thread of a processor a step takes many seconds. */
export const large: Workload = {
  name: 'W5',
  what: 'ResNet-9-like of width 64, batch 512',
  batch: 512,
  optimizer: sgd(0.002),
  ...labelled([32, 32, 3], 10),
  build: () => resnet9(64),
}

/**
 * Those of these names; all where no names are given.
 *
 * @throws RangeError where there are none
 */
export function workloadsOf(only: readonly string[] | undefined, known = workloads): readonly Workload[] {
  const chosen = known.filter(({ name }) => !only || only.includes(name))
  if (chosen.length === 0) throw new RangeError(`${only} names none of ${known.map(({ name }) => name).join(', ')}.`)
  return chosen
}

/** The columns have 100 categories each. */
export function tabular(columns: number, hidden: readonly number[]): LayersModel {
  const emb_szs = Array.from({ length: columns }, () => [100, 21] as const)
  return tabular_model({ emb_szs, n_cont: 8, out_sz: 2, layers: hidden, ps: 0.1, embed_p: 0.04, seed: 1 })
}
