import { PositionalEmbedding, TransformerBlock } from '@onecycle/learner'
import {
  initializers,
  type LayersModel,
  layers,
  model,
  type Sequential,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers'

/** The networks of the workloads. Sizes are options, so that tests can train small ones. */

const relu = { activation: 'relu', kernelInitializer: 'heNormal' } as const

export function lenetLike(): Sequential {
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

export function perceptron(): Sequential {
  return sequential({
    layers: [
      layers.dense({ units: 256, ...relu, inputShape: [784] }),
      layers.dense({ units: 128, ...relu }),
      layers.dense({ units: 10 }),
    ],
  })
}

type Block = (x: SymbolicTensor) => SymbolicTensor

const chain = (...blocks: readonly Block[]): Block => {
  return x => blocks.reduce((y, block) => block(y), x)
}

/** Layers whose weights are the same on every run. */
function drawn() {
  let seed = 0
  const he = () => ({ kernelInitializer: initializers.heNormal({ seed: ++seed }) })
  const layer = (made: layers.Layer): Block => {
    return x => made.apply(x) as SymbolicTensor
  }
  const activated = () => layer(layers.activation({ activation: 'relu' }))
  const normalized = () => chain(layer(layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 })), activated())
  const same = { padding: 'same' } as const
  return {
    layer,
    he,
    /** Convolution, batch norm, ReLU. */
    conv: (filters: number, kernelSize = 3) =>
      chain(layer(layers.conv2d({ filters, kernelSize, ...same, useBias: false, ...he() })), normalized()),
    /** A depthwise convolution and one of 1x1 that mixes channels, each with batch norm and ReLU. */
    separable: (filters: number, strides: number) =>
      chain(
        layer(
          layers.depthwiseConv2d({
            ...{ kernelSize: 3, strides, ...same, useBias: false },
            depthwiseInitializer: initializers.heNormal({ seed: ++seed }),
          }),
        ),
        normalized(),
        layer(layers.conv2d({ filters, kernelSize: 1, ...same, useBias: false, ...he() })),
        normalized(),
      ),
    conv1d: (filters: number, kernelSize: number, strides: number) =>
      chain(
        layer(layers.conv1d({ filters, kernelSize, strides, useBias: false, ...he() })),
        normalized(),
        layer(layers.maxPooling1d({ poolSize: 4 })),
      ),
    dense: (units: number) => layer(layers.dense({ units, kernelInitializer: initializers.glorotNormal({ seed: ++seed }) })),
    seed: () => ++seed,
  }
}

/** `side` must hold three poolings by 2: a multiple of 8. */
export function resnet9(width: number, side = 32): LayersModel {
  const { conv, dense, layer } = drawn()
  const pooled = (poolSize: number) => layer(layers.maxPooling2d({ poolSize }))
  const residual = (filters: number): Block => {
    const inner = chain(conv(filters), conv(filters))
    return x => layers.add().apply([x, inner(x)]) as SymbolicTensor
  }
  const image = layers.input({ shape: [side, side, 3] })
  const body = chain(
    ...[conv(width), conv(2 * width), pooled(2), residual(2 * width)],
    ...[conv(4 * width), pooled(2), conv(8 * width), pooled(2), residual(8 * width)],
  )
  return model({ inputs: image, outputs: chain(body, pooled(side / 8), layer(layers.flatten()), dense(10))(image) })
}

/** As MobileNet's: Howard et al. 2017. `side`: a multiple of 4. */
export function separableNet(width = 32, side = 32): LayersModel {
  const { conv, dense, layer, separable } = drawn()
  const image = layers.input({ shape: [side, side, 3] })
  const blocks = [separable(2 * width, 1), separable(4 * width, 2), separable(4 * width, 1), separable(8 * width, 2)]
  const head = chain(layer(layers.globalAveragePooling2d({ dataFormat: 'channelsLast' })), dense(10))
  return model({ inputs: image, outputs: chain(conv(width), ...blocks, head)(image) })
}

/** Two poolings down, two transposed convolutions up, what was there joined to what comes back: Ronneberger et al. 2015. */
export function unet(width = 16, side = 64): LayersModel {
  const { he, layer } = drawn()
  const conv = (filters: number) => layer(layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', ...he() }))
  const twice = (filters: number) => chain(conv(filters), conv(filters))
  const up = (filters: number) => layer(layers.conv2dTranspose({ filters, kernelSize: 2, strides: 2, ...he() }))
  const level = (filters: number, below: Block): Block => {
    const [down, raised, back] = [twice(filters), up(filters), twice(filters)]
    return x => {
      const here = down(x)
      const deeper = below(layers.maxPooling2d({ poolSize: 2 }).apply(here) as SymbolicTensor)
      return back(layers.concatenate().apply([here, raised(deeper)]) as SymbolicTensor)
    }
  }
  const image = layers.input({ shape: [side, side, 1] })
  const features = level(width, level(2 * width, twice(4 * width)))(image)
  return model({ inputs: image, outputs: layer(layers.conv2d({ filters: 2, kernelSize: 1, ...he() }))(features) })
}

/** As M5 for raw sound: Dai et al. 2017. */
export function soundNet(width = 32, length = 8000): LayersModel {
  const { conv1d, dense, layer } = drawn()
  const sound = layers.input({ shape: [length, 1] })
  const blocks = [conv1d(width, 80, 4), conv1d(width, 3, 1), conv1d(2 * width, 3, 1), conv1d(2 * width, 3, 1)]
  const head = chain(layer(layers.globalAveragePooling1d({})), dense(10))
  return model({ inputs: sound, outputs: chain(...blocks, head)(sound) })
}

export interface SequenceSizes {
  readonly words?: number
  readonly steps?: number
  readonly units?: number
}

const recurrent = { lstm: layers.lstm, gru: layers.gru }

/** An embedding, a recurrent layer, and two classes from its last state. */
export function textClassifier(kind: 'lstm' | 'gru', sizes: SequenceSizes = {}): LayersModel {
  const { words = 5000, steps = 80, units = 64 } = sizes
  const { dense, layer, seed } = drawn()
  const tokens = layers.input({ shape: [steps], dtype: 'int32' })
  const body = chain(layer(embedding(words, units, seed())), layer(recurrent[kind](cell(units, seed))))
  return model({ inputs: tokens, outputs: chain(body, dense(2))(tokens) })
}

/** An embedding, an LSTM each way, and ten classes for each step; 0 is no word. */
export function tagger(sizes: SequenceSizes = {}): LayersModel {
  const { words = 5000, steps = 80, units = 64 } = sizes
  const { dense, layer, seed } = drawn()
  const tokens = layers.input({ shape: [steps], dtype: 'int32' })
  const inner = layers.lstm({ ...cell(units, seed), returnSequences: true }) as layers.RNN
  const both = layers.bidirectional({ layer: inner, mergeMode: 'concat' })
  return model({
    inputs: tokens,
    outputs: chain(layer(embedding(words, units, seed(), true)), layer(both), dense(10))(tokens),
  })
}

function embedding(inputDim: number, outputDim: number, seed: number, maskZero = false) {
  const embeddingsInitializer = initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed })
  return layers.embedding({ inputDim, outputDim, maskZero, embeddingsInitializer })
}

function cell(units: number, seed: () => number) {
  return {
    units,
    kernelInitializer: initializers.glorotUniform({ seed: seed() }),
    recurrentInitializer: initializers.orthogonal({ seed: seed(), gain: 1 }),
  }
}

/** Says of each character which comes next, from those before it: Radford et al. 2019, small. */
export function characterGpt({
  characters = 65,
  length = 64,
  width = 128,
  heads = 4,
  blocks = 4,
  dropout = 0,
  seed: first = 1,
} = {}): LayersModel {
  const { layer, seed: next } = drawn()
  // A block takes one for each of its layers.
  const seed = () => 1000 * first + 10 * next()
  const normal = () => initializers.randomNormal({ mean: 0, stddev: 0.02, seed: seed() })
  const block = () =>
    layer(
      new TransformerBlock({
        ...{ intermediateDim: 4 * width, numHeads: heads, activation: 'gelu', normalizeFirst: true, useCausalMask: true },
        ...{ dropout, kernelInitializer: normal() },
      }),
    )
  const text = layers.input({ shape: [length], dtype: 'int32' })
  const body = chain(
    layer(new PositionalEmbedding({ inputDim: characters, outputDim: width, sequenceLength: length, seed: seed() })),
    ...Array.from({ length: blocks }, block),
    layer(layers.layerNormalization({ epsilon: 1e-5 })),
    layer(layers.dense({ units: characters, kernelInitializer: normal() })),
  )
  return model({ inputs: text, outputs: body(text) })
}
