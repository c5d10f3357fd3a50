import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { input, type LayersModel, layers, loadLayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../../learner.js'
import { expectClose, tensorsLeftBy } from '../../testing/numerical.js'
import { useCpu } from '../../testing/tiny.js'
import { disposeModel } from '../dispose-model.js'
import { weightsOf } from '../parameters.js'
import { MultiHeadAttention } from './multi-head-attention.js'
import { PositionalEmbedding } from './positional-embedding.js'
import { TransformerBlock, type TransformerBlockOptions } from './transformer-block.js'

beforeAll(useCpu)

const wave = (shape: number[], phase: number) =>
  tf.tidy(() => tf.mul(tf.sin(tf.add(tf.mul(tf.range(0, tf.util.sizeFromShape(shape)), 0.7), 1 + phase)), 0.5).reshape(shape))
const sequence = (length: number, width: number, name: string) => input({ shape: [length, width], name })

/** What a model answers, and what it leaves. */
function answer(net: LayersModel, xs: tf.Tensor | tf.Tensor[], training = false): number[] {
  const before = tf.memory().numTensors
  const y = tf.tidy(() => [...(net.apply(xs, { training }) as tf.Tensor).dataSync()])
  expect(tf.memory().numTensors).toBe(before)
  return y
}

describe('a TransformerBlock', () => {
  // Of PyTorch 2.15's TransformerEncoderLayer and TransformerDecoderLayer, in float64, with the same weights.
  const sides = { intermediateDim: 6, numHeads: 2, activation: 'gelu' } as const
  const attention = (phase: number) => [0, 1, 2, 3].flatMap(i => [wave([4, 4], phase + i), wave([4], phase + i + 0.5)])
  const norm = (phase: number) => [tf.add(wave([4], phase), 1), wave([4], phase + 0.5)]
  const feedforward = () => [wave([4, 6], 4), wave([6], 4.5), wave([6, 4], 5), wave([4], 5.5)]
  const x = () => tf.mul(wave([1, 3, 4], 8), 2)

  it.each([
    [
      false,
      [
        2.778705, 0.256755, -1.149307, -1.005732, -1.728394, -0.467195, 0.538417, 0.295002, 2.402037, 0.812292, -0.864837,
        -1.312488,
      ],
    ],
    [
      true,
      [
        0.303274, -0.227987, -0.652022, -0.769401, -1.063648, -0.187342, 0.777073, 1.376019, 0.651882, 0.360756, -0.100038,
        -0.513783,
      ],
    ],
  ])('answers as that of PyTorch does, normalizeFirst: %s', (normalizeFirst, expected) => {
    // biome-ignore format: a table
    tf.tidy(() => {
      const block = new TransformerBlock({ ...sides, normalizeFirst, useCausalMask: true })
      block.apply(sequence(3, 4, 'x'))
      block.setWeights([...norm(6), ...attention(0), ...norm(7), ...feedforward()])
      expectClose((block.apply(x()) as tf.Tensor).dataSync(), expected, 1e-5)
      block.dispose()
    })
  })

  it('leaves out what fills up', () => {
    tf.tidy(() => {
      const block = new TransformerBlock(sides)
      block.apply(sequence(3, 4, 'x'))
      block.setWeights([...norm(6), ...attention(0), ...norm(7), ...feedforward()])
      const mask = tf.tensor2d([1, 0, 1], [1, 3], 'bool')
      const y = block.call(x(), { mask }) as tf.Tensor
      const expected = [
        2.778624, 0.256961, -1.149226, -1.005855, -1.671782, -0.534835, 0.498593, 0.33093, 2.427662, 0.786053, -0.881584,
        -1.299355,
      ]
      expectClose(y.dataSync(), expected, 1e-5) // biome-ignore format: a list
      expect(block.computeMask(x(), mask)).toBe(mask)
      block.dispose()
    })
  })

  it('looks at what another model made', () => {
    tf.tidy(() => {
      const block = new TransformerBlock({ ...sides, normalizeFirst: true, useCausalMask: true })
      block.apply([sequence(3, 4, 'x'), sequence(2, 4, 'memory')])
      block.setWeights([...norm(6), ...attention(0), ...norm(16), ...attention(10), ...norm(7), ...feedforward()])
      const y = block.apply([x(), tf.mul(wave([1, 2, 4], 9), 2)]) as tf.Tensor
      expectClose(y.dataSync(), [0.805365, 0.050584, -0.727988, -1.164175, -0.495329, 0.163465, 0.745379, 0.976729, 1.184416, 0.66352, -0.16944, -0.922709], 1e-5) // biome-ignore format: a list
      block.dispose()
    })
  })
})

const [a, b] = [sequence(3, 4, 'a'), sequence(2, 6, 'b')]
const options = { intermediateDim: 5, numHeads: 2, dropout: 0.2, seed: 1 }
const attention = (more: object = {}) => new MultiHeadAttention({ numHeads: 2, keyDim: 3, seed: 1, ...more })
const text = (maskZero: boolean) => {
  const tokens = input({ shape: [null], name: 'tokens', dtype: 'int32' })
  const first = new PositionalEmbedding({ inputDim: 9, outputDim: 4, sequenceLength: 6, maskZero, seed: 0 }).apply(tokens)
  const block = new TransformerBlock({ ...options, normalizeFirst: true, activation: 'gelu' }).apply(first) as SymbolicTensor
  return model({ inputs: tokens, outputs: block })
}
const models: Record<string, readonly [() => LayersModel, () => tf.Tensor | tf.Tensor[]]> = {
  'that looks at itself': [
    () => model({ inputs: a, outputs: attention({ valueDim: 5, useCausalMask: true }).apply(a) as SymbolicTensor }),
    () => wave([2, 3, 4], 1),
  ],
  'of query and value': [
    () => model({ inputs: [a, b], outputs: attention({ outputShape: 7, useBias: false }).apply([a, b]) as SymbolicTensor }),
    () => [wave([2, 3, 4], 1), wave([2, 2, 6], 2)],
  ],
  'of query, value and key': [
    () => model({ inputs: [a, b], outputs: attention({ kernelInitializer: 'heNormal' }).apply([a, b, b]) as SymbolicTensor }),
    () => [wave([2, 3, 4], 1), wave([2, 2, 6], 2)],
  ],
  'told what is visible': [
    () => {
      const visible = sequence(3, 2, 'visible')
      return model({ inputs: [a, b, visible], outputs: attention({ seed: undefined }).apply([a, b, b, visible]) as SymbolicTensor })
    },
    () => [wave([2, 3, 4], 1), wave([2, 2, 6], 2), tf.tensor3d([1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1], [2, 3, 2])],
  ],
  'in a block': [() => text(true), () => tf.tensor2d([[1, 2, 3, 0], [4, 5, 6, 8]], [2, 4], 'int32')],
  'in a block with another input': [
    () => model({ inputs: [a, b], outputs: new TransformerBlock({ ...options, seed: undefined }).apply([a, b]) as SymbolicTensor }),
    () => [wave([2, 3, 4], 1), wave([2, 2, 6], 2)],
  ],
} // biome-ignore format: a table

describe('attention', () => {
  it.each(Object.entries(models))('%s answers the same when it is saved and loaded', async (_, [build, xs]) => {
    const before = tf.memory().numTensors
    const net = build()
    let saved: tf.io.ModelArtifacts | undefined
    await net.save(
      tf.io.withSaveHandler(async artifacts => {
        saved = JSON.parse(JSON.stringify({ ...artifacts, weightData: undefined }))
        saved!.weightData = artifacts.weightData!
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
      }),
    )
    const names = saved!.weightSpecs!.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const again = await loadLayersModel(tf.io.fromMemory(saved!))
    const x = xs()
    expect(answer(again, x)).toEqual(answer(net, x))
    expect(again.toJSON(null, false)).toEqual(net.toJSON(null, false))
    tf.dispose(x)
    for (const each of [net, again]) disposeModel(each)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('does not look at what fills up, and finds 0 where there is nothing else', () => {
    const net = text(true)
    const rows = (texts: number[][]) => tf.tidy(() => answer(net, tf.tensor2d(texts, undefined, 'int32')))
    expectClose(rows([[1, 2, 3, 0, 0]]).slice(0, 12), rows([[1, 2, 3]]))
    expect(rows([[0, 0]]).every(Number.isFinite)).toBe(true)
    disposeModel(net)
  })

  it('takes the mask of a value that a layer of ours made', () => {
    const [query, value] = [input({ shape: [2, 4] }), input({ shape: [null], dtype: 'int32' })]
    const memory = new PositionalEmbedding({ inputDim: 9, outputDim: 4, sequenceLength: 6, maskZero: true, seed: 1 }).apply(value)
    const net = model({ inputs: [query, value], outputs: attention().apply([query, memory as SymbolicTensor]) as SymbolicTensor })
    const found = (tokens: number[]) =>
      tf.tidy(() => answer(net, [wave([1, 2, 4], 1), tf.tensor2d([tokens], undefined, 'int32')]))
    expectClose(found([3, 5, 0, 0]), found([3, 5]))
    disposeModel(net)
  })

  it('draws no two of its weights alike, the same again by its seed', () => {
    const [first, again, other] = [1, 1, 2].map(seed => {
      const block = new TransformerBlock({
        ...options,
        seed,
        kernelInitializer: { className: 'RandomNormal', config: { seed } } as never,
      })
      block.apply(sequence(3, 4, 'x'))
      const kernels = block.getWeights().filter(({ rank }) => rank === 2)
      const values = kernels.map(kernel => kernel.dataSync()[0])
      block.dispose()
      return values
    })
    expect(new Set(first).size).toBe(6)
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it('refuses what does not fit, and leaves nothing', () => {
    const refused: [() => unknown, RegExp][] = [
      [
        () => new MultiHeadAttention({ numHeads: 0, keyDim: 1 }),
        /numHeads of MultiHeadAttention must be a whole number of at least 1/,
      ],
      [() => new MultiHeadAttention({ numHeads: 1, keyDim: 1, dropout: 1 }), /dropout of MultiHeadAttention is 1/],
      [() => new MultiHeadAttention({ numHeads: 1, keyDim: 1, num_heads: 2 } as never), /Did you mean numHeads/],
      [() => attention().apply(input({ shape: [4] })), /takes inputs \[batch, length, width\]/],
      [() => attention().apply([a, a, a, a, a]), /takes one to four inputs/],
      [() => new TransformerBlock({ ...options, numHeads: 3 }).apply(a), /of a width that 3 heads divide, but got \[,3,4\]/],
      [() => new TransformerBlock({ ...options, activation: 'glue' as never }), /glue/],
      [
        () => new PositionalEmbedding({ inputDim: 2, outputDim: 2, sequenceLength: 1.5 }),
        /sequenceLength of PositionalEmbedding must be a whole number/,
      ],
    ]
    for (const [make, message] of refused) {
      expect(make).toThrow(message)
      expect(tensorsLeftBy(make)).toBe(0)
    }
    const layer = attention()
    const [x, y] = [wave([2, 3, 4], 1), wave([1, 2, 4], 2)]
    layer.apply(x)
    expect(() => layer.apply([x, y])).toThrow(/got query \[2,3,4\], value \[1,2,4\], key \[1,2,4\]/)
    layer.dispose()
    const net = text(false)
    expect(() => tf.tidy(() => void net.apply(tf.ones([1, 7], 'int32')))).toThrow(/got 7 tokens in a row, but knows 6 places/)
    disposeModel(net)
    tf.dispose([x, y])
  })
})

describe('a Learner of attention', () => {
  const data = () => {
    const tokens = Int32Array.from({ length: 160 }, (_, i) => (i * i * 3 + i) % 8)
    const y = Int32Array.from({ length: 40 }, (_, i) => Number(tokens[4 * i]! > tokens[4 * i + 2]!))
    return DataBunch.from_arrays({ x: tokens, shape: [4], y, bs: 8, seed: 3 })
  }
  const net = (more: Partial<TransformerBlockOptions> = {}) => {
    const tokens = input({ shape: [4], dtype: 'int32' })
    const first = new PositionalEmbedding({ inputDim: 8, outputDim: 8, sequenceLength: 4, seed: 1, name: 'first' }).apply(tokens)
    const block = new TransformerBlock({
      intermediateDim: 16,
      numHeads: 2,
      normalizeFirst: true,
      seed: 1,
      name: 'block',
      ...more,
    })
    const flat = layers.flatten().apply(block.apply(first))
    return model({ inputs: tokens, outputs: layers.dense({ units: 2, name: 'head' }).apply(flat) as SymbolicTensor })
  }

  it('drops the same by the same seed, and divides it into groups', async () => {
    const runs = []
    for (const seed of [1, 1, 2]) {
      const own = net({ dropout: 0.1 })
      const head = own.getLayer('head')
      const before = tf.memory().numTensors
      head.setWeights(tf.tidy(() => [wave([32, 2], 1), tf.zeros([2])]))
      const learn = new Learner(data(), own, { seed, progress: false, layer_groups: ['block', 'head'] })
      learn.freeze()
      const frozen = weightsOf(own).map(({ variable }) => variable.dataSync()[0])
      const { losses } = await learn.fit(1e-2, 1)
      const moved = weightsOf(own).filter(({ variable }, i) => variable.dataSync()[0] !== frozen[i])
      expect(moved.map(({ name }) => name)).toEqual(['2.gamma', '2.beta', '2.gamma_1', '2.beta_1', '4.kernel', '4.bias'])
      runs.push(losses)
      learn.dispose()
      disposeModel(own)
      expect(tf.memory().numTensors).toBeLessThan(before)
    }
    const [first, again, other] = runs as [number[], number[], number[]]
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it('has its weights by the names of its parts, and no decay of biases', () => {
    const own = net()
    const kinds = weightsOf(own).map(({ name, kind }) => `${name} ${kind}`)
    const attention = ['', '_1', '_2', '_3'].flatMap(i => [`2.kernel${i} weight`, `2.bias${i} bias`])
    const feedforward = ['_4', '_5'].flatMap(i => [`2.kernel${i} weight`, `2.bias${i} bias`])
    const norms = ['', '_1'].map(i => [`2.gamma${i} norm`, `2.beta${i} norm`])
    expect(kinds).toEqual([
      ...['1.token_embeddings weight', '1.position_embeddings weight', ...norms[0]!, ...attention, ...norms[1]!, ...feedforward],
      ...['4.kernel weight', '4.bias bias'],
    ])
    disposeModel(own)
  })
})
