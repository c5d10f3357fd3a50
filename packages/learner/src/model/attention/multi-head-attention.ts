import { checkCount, checkOptions, type Kinds, kind, Random, rangeError, show } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { drawSeed } from '../../random/draw-seed.js'
import { currentDraws } from '../../random/draws.js'
import { pure } from '../../replay/replayable.js'
import { checkPart } from '../dense-blocks.js'
import { commonKinds, type LayerOptions } from '../layer-kinds.js'
import { attend } from './attend.js'
import { buildInner, type InitializerOption, initialConfig, initialWeights } from './inner-layers.js'
import { masksOf } from './masks.js'

type Shape = (number | null)[]

/** What `MultiHeadAttention` is given, by Keras's names: heads, sizes of keys and values, dropout, and whether it may look ahead. */
export interface MultiHeadAttentionOptions {
  numHeads: number
  /** Figures of a query and of a key, of each head. */
  keyDim: number
  /** Figures of a value, of each head. Default `keyDim`. */
  valueDim?: number | undefined
  /** Part of the attention weights that is left out in training. Default 0. */
  dropout?: number | undefined
  /** Whether what queries, keys, values and the output are made by adds a bias. Default true. */
  useBias?: boolean | undefined
  /** Figures of the output. Default those of the query. */
  outputShape?: number | undefined
  /** Whether a place looks at those up to itself alone. Default false. */
  useCausalMask?: boolean | undefined
  /** Default 'glorotUniform'. */
  kernelInitializer?: InitializerOption | undefined
  /** Default 'zeros'. */
  biasInitializer?: InitializerOption | undefined
  /** Seed of the initial weights and of dropout, a whole number from 0; random without it. */
  seed?: number | undefined
  name?: string | undefined
}

const layerKinds: Kinds<LayerOptions<MultiHeadAttentionOptions>> = {
  ...commonKinds,
  ...{ numHeads: kind.number, keyDim: kind.number, valueDim: kind.number, dropout: kind.number, useBias: kind.boolean },
  ...{ outputShape: kind.number, useCausalMask: kind.boolean, kernelInitializer: kind.any, biasInitializer: kind.any },
  seed: kind.number,
}

/**
 * Attention of several heads: each place of the query finds a mixture of the values, by how its figures agree with those of the keys. Input
 * [batch, length, width], which looks at itself; or a list of query and value, of query, value and key, or of these and which keys each place of the
 * query may look at, [batch, queries, keys] of 0 and 1. Output [batch, queries, outputShape].
 *
 * What an embedding with `maskZero` fills up is not looked at, and a place that may look at nothing finds 0 and passes no gradient on (in Keras it looks
 * at everything). A mask behind layers that are not ours reaches this layer from its first input alone: TensorFlow.js hands on no others.
 *
 * The weights are those of Keras with heads side by side: kernels of `query`, `key` and `value` [width, numHeads keyDim], of `attention_output`
 * [numHeads valueDim, outputShape].
 *
 * Source: Keras's `MultiHeadAttention`; Vaswani et al. 2017 (arXiv:1706.03762).
 *
 * @throws RangeError for numbers out of range, and inputs that do not fit together; TypeError for an unknown option
 * @example
 * const seen = new MultiHeadAttention({ numHeads: 4, keyDim: 8, useCausalMask: true, inputShape: [64, 32] })
 * sequential({ layers: [seen] })   // output [batch, 64, 32]
 */
export class MultiHeadAttention extends layers.Layer {
  static override readonly name: string = 'MultiHeadAttention'
  static readonly className = 'MultiHeadAttention'
  // Within the class: a page that does not use it leaves it out.
  static {
    tf.serialization.registerClass(pure(MultiHeadAttention))
  }
  readonly #options: MultiHeadAttentionOptions & { valueDim: number; dropout: number; useBias: boolean; useCausalMask: boolean }
  /** Fields that anyone sees: what looks for weights finds layers in them. */
  protected readonly query: layers.Layer
  protected readonly key: layers.Layer
  protected readonly value: layers.Layer
  protected output_: layers.Layer | undefined
  #random: Random | undefined

  constructor(options: MultiHeadAttentionOptions & { inputShape?: Shape }) {
    checkOptions<LayerOptions<MultiHeadAttentionOptions>>('MultiHeadAttention', options, layerKinds)
    const {
      numHeads,
      keyDim,
      valueDim = keyDim,
      dropout = 0,
      useBias = true,
      outputShape,
      useCausalMask = false,
      ...more
    } = options
    const { kernelInitializer, biasInitializer, seed, ...rest } = more
    const counts = { numHeads, keyDim, valueDim, ...(outputShape !== undefined && { outputShape }) }
    for (const [name, count] of Object.entries(counts)) checkCount(`${name} of MultiHeadAttention`, count)
    checkPart('dropout of MultiHeadAttention', dropout)
    if (seed !== undefined) checkCount('seed of MultiHeadAttention', seed, 0)
    super(rest as ConstructorParameters<typeof layers.Layer>[0])
    this.supportsMasking = true
    const initial = { kernelInitializer, biasInitializer, seed }
    this.#options = { ...counts, dropout, useBias, useCausalMask, ...initial }
    const projection = (name: string, place: number, size: number) =>
      layers.dense({ name, units: numHeads * size, useBias, ...initialWeights(initial, place) })
    this.query = projection('query', 0, keyDim)
    this.key = projection('key', 1, keyDim)
    this.value = projection('value', 2, valueDim)
  }

  override build(inputShape: Shape | Shape[]): void {
    const [query, value, key] = partsOf(inputShape) as [Shape, Shape, Shape]
    for (const shape of [query, value, key])
      if (shape.length !== 3 || !shape[2])
        throw rangeError(
          'layer-input',
          `${this.name} (MultiHeadAttention) takes inputs [batch, length, width], but got one of [${shape}]: its width must be known.`,
        )
    const { numHeads, valueDim, useBias, outputShape } = this.#options
    const units = outputShape ?? query[2]!
    this.output_ = layers.dense({ name: 'attention_output', units, useBias, ...initialWeights(this.#options, 3) })
    buildInner(this.query, query)
    buildInner(this.key, key)
    buildInner(this.value, value)
    buildInner(this.output_, [query[0]!, query[1]!, numHeads * valueDim])
    this.trainableWeights = [this.query, this.key, this.value, this.output_].flatMap(layer => layer.trainableWeights)
    this.built = true
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [query] = partsOf(inputShape) as [Shape]
    return [...query.slice(0, -1), this.#options.outputShape ?? query.at(-1)!]
  }

  /** That of the query. */
  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (masksOf([inputs].flat().slice(0, 1), mask)[0] ?? null) as tf.Tensor
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean; mask?: unknown }): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs)
      const given = [inputs].flat() as tf.Tensor3D[]
      const [query, value, key, visible] = partsOf(given)
      this.#checkFit(query!, value!, key!, visible)
      const masks = masksOf(given, kwargs['mask'])
      const ofKeys = masks[given.indexOf(key!)] ?? masks[given.indexOf(value!)]
      const { numHeads: heads, useCausalMask: causal } = this.#options
      const project = (layer: layers.Layer, x: tf.Tensor) => layer.call(x, kwargs) as tf.Tensor3D
      const found = attend(project(this.query, query!), project(this.key, key!), project(this.value, value!), {
        ...{ heads, causal, mask: together(ofKeys, visible), dropout: kwargs['training'] ? this.#dropout() : undefined },
      })
      return project(this.output_!, found)
    })
  }

  #checkFit(query: tf.Tensor, value: tf.Tensor, key: tf.Tensor, visible: tf.Tensor | undefined): void {
    const [batch, queries] = query.shape
    const [, keys] = key.shape
    const fits = value.shape[1] === keys && [value, key].every(({ shape }) => shape[0] === batch)
    if (fits && (!visible || tf.util.arraysEqual(visible.shape, [batch!, queries!, keys!]))) return
    const shapes = { query, value, key, ...(visible && { visible }) }
    throw rangeError(
      'layer-input',
      `${this.name} (MultiHeadAttention) got ${Object.entries(shapes)
        .map(([name, { shape }]) => `${name} [${shape}]`)
        .join(', ')}; all have one batch, keys are as many as values, and what is visible is [batch, queries, keys].`,
    )
  }

  /** Part of the attention weights that is left out while it trains. */
  get dropout(): number {
    return this.#options.dropout
  }

  #dropout() {
    const { dropout: rate, seed } = this.#options
    if (rate === 0) return undefined
    const draws = currentDraws()
    if (draws) return { rate, seed: Math.floor((seed === undefined ? draws.uniform() : draws.bySeed(this, seed)) * 2 ** 32) }
    this.#random ??= new Random(seed ?? drawSeed())
    return { rate, seed: this.#random.bits() }
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kernelInitializer, biasInitializer, seed, ...own } = this.#options
    const initial = initialConfig({ kernelInitializer, biasInitializer, seed })
    return { ...super.getConfig(), ...own, ...initial } as tf.serialization.ConfigDict
  }
}

/** Query, value, key, and what is visible where that is given, of the inputs of a layer or their shapes. */
function partsOf<Part extends tf.Tensor | Shape>(given: Part | Part[]): Part[] {
  const list = isList(given) ? given : [given]
  if (list.length < 1 || list.length > 4)
    throw rangeError(
      'layer-input',
      `MultiHeadAttention takes one to four inputs: query, value, key and what is visible; it got ${show(list.length)}.`,
    )
  const [query, value = query, key = value, visible] = list
  return [query!, value!, key!, ...(visible ? [visible] : [])]
}

function isList<Part>(given: Part | Part[]): given is Part[] {
  return Array.isArray(given) && typeof given[0] === 'object' && given[0] !== null
}

/** What both a mask of keys and one of queries and keys let through, bool [batch, queries or 1, keys]. */
function together(ofKeys: tf.Tensor | undefined, visible: tf.Tensor | undefined): tf.Tensor | undefined {
  const masks = [ofKeys && tf.expandDims(ofKeys, 1), visible].flatMap(mask => (mask ? [tf.cast(mask, 'bool')] : []))
  return masks.length === 2 ? tf.logicalAnd(masks[0]!, masks[1]!) : masks[0]
}
