import { checkCount, checkNumber, checkOptions, type Kinds, kind, rangeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { pure } from '../../replay/replayable.js'
import { checkPart } from '../dense-blocks.js'
import { commonKinds, type LayerOptions } from '../layer-kinds.js'
import { buildInner, type InitializerOption, initialConfig, initializerAt, initialWeights, seedOption } from './inner-layers.js'
import { masksOf } from './masks.js'
import { MultiHeadAttention } from './multi-head-attention.js'

type Shape = (number | null)[]
type Activation = Parameters<typeof layers.activation>[0]['activation'] | 'gelu' | 'gelu_new'

/** What `TransformerBlock` is given: heads, size of its feed-forward part, dropout, and where it normalizes. */
export interface TransformerBlockOptions {
  /** Units between the two layers that each place goes through by itself. */
  intermediateDim: number
  numHeads: number
  /** Part that dropout leaves out of the attention weights and of what either half adds. Default 0. */
  dropout?: number | undefined
  /** Default 'relu'. */
  activation?: Activation | undefined
  /** Default 1e-5. */
  layerNormEpsilon?: number | undefined
  /** Whether each half normalizes what goes into it, as GPT-2's, and not what comes out. Default false. */
  normalizeFirst?: boolean | undefined
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

const layerKinds: Kinds<LayerOptions<TransformerBlockOptions>> = {
  ...commonKinds,
  ...{ intermediateDim: kind.number, numHeads: kind.number, dropout: kind.number, activation: kind.string },
  ...{ layerNormEpsilon: kind.number, normalizeFirst: kind.boolean, useCausalMask: kind.boolean },
  ...{ kernelInitializer: kind.any, biasInitializer: kind.any, seed: kind.number },
}

type Initial = 'kernelInitializer' | 'biasInitializer' | 'seed'
type Settled = Pick<TransformerBlockOptions, Initial> & {
  readonly [Name in Exclude<keyof TransformerBlockOptions, Initial | 'name'>]-?: NonNullable<TransformerBlockOptions[Name]>
}

/** Half of a block: what is added to what came in. */
interface Half {
  readonly norm: layers.Layer
  readonly drop: layers.Layer | undefined
  run(x: tf.Tensor): tf.Tensor
}

/**
 * Attention, and two dense layers for each place by itself; either is added to what came in, and normalized. Input [batch, length, width], or a list of it
 * and what another model made of its own input, [batch, other length, other width], which a second attention then looks at. Output [batch, length, width].
 *
 * Source: KerasHub's `TransformerEncoder` and `TransformerDecoder`; Vaswani et al. 2017 (arXiv:1706.03762).
 *
 * @throws RangeError for numbers out of range, and a width that heads do not divide; TypeError for an unknown option
 * @example
 * const shape = { numHeads: 4, intermediateDim: 128, inputShape: [64, 32] }
 * sequential({ layers: [new TransformerBlock({ ...shape, activation: 'gelu', normalizeFirst: true, useCausalMask: true })] })   // output [batch, 64, 32]
 */
export class TransformerBlock extends layers.Layer {
  static override readonly name: string = 'TransformerBlock'
  static readonly className = 'TransformerBlock'
  // Within the class: a page that does not use it leaves it out.
  static {
    tf.serialization.registerClass(pure(TransformerBlock))
  }
  readonly #options: Settled
  /** In their order, by name. A field that anyone sees: what looks for weights finds layers in it. */
  protected readonly inner: Record<string, layers.Layer> = {}

  constructor(options: TransformerBlockOptions & { inputShape?: Shape }) {
    checkOptions<LayerOptions<TransformerBlockOptions>>('TransformerBlock', options, layerKinds)
    const { intermediateDim, numHeads, dropout = 0, activation = 'relu', layerNormEpsilon = 1e-5, ...others } = options
    const { normalizeFirst = false, useCausalMask = false, kernelInitializer, biasInitializer, seed, ...rest } = others
    checkCount('intermediateDim of TransformerBlock', intermediateDim)
    checkCount('numHeads of TransformerBlock', numHeads)
    checkPart('dropout of TransformerBlock', dropout)
    checkNumber('layerNormEpsilon of TransformerBlock', layerNormEpsilon, { min: 0 })
    if (seed !== undefined) checkCount('seed of TransformerBlock', seed, 0)
    super(rest as ConstructorParameters<typeof layers.Layer>[0])
    this.supportsMasking = true
    // Of an activation that TensorFlow.js does not have it says so.
    layers.activation({ activation: activation as 'relu' })
    const numbers = { intermediateDim, numHeads, dropout, activation, layerNormEpsilon }
    this.#options = { ...numbers, normalizeFirst, useCausalMask, kernelInitializer, biasInitializer, seed }
  }

  override build(inputShape: Shape | Shape[]): void {
    const [x, memory] = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as [Shape, Shape?]
    const width = x.at(-1)
    const { intermediateDim, numHeads, dropout, activation, layerNormEpsilon: epsilon, useCausalMask } = this.#options
    const { kernelInitializer, biasInitializer, seed } = this.#options
    if (x.length !== 3 || !width || width % numHeads !== 0)
      throw rangeError(
        'layer-input',
        `${this.name} (TransformerBlock) takes [batch, length, width], of a width that ${numHeads} heads divide, but got [${x}].`,
      )
    const add = (name: string, layer: layers.Layer, ...shapes: Shape[]) => {
      buildInner(layer, ...shapes)
      this.inner[name] = layer
    }
    // Each layer begins by a seed of its own; an attention takes four.
    let place = 0
    const initial = (places: number) => {
      const own = {
        ...{ kernelInitializer: kernelInitializer && initializerAt(kernelInitializer, place), biasInitializer },
        seed: seed === undefined ? undefined : seed + place,
      }
      place += places
      return own
    }
    const drop = (name: string) => {
      if (dropout === 0) return
      add(`${name}_dropout`, layers.dropout({ name: `${name}_dropout`, rate: dropout, ...seedOption(initial(1).seed) }), x)
    }
    const norm = (name: string) => add(`${name}_norm`, layers.layerNormalization({ name: `${name}_norm`, epsilon }), x)
    const attention = (name: string, useCausalMask: boolean, ...shapes: Shape[]) => {
      norm(name)
      const own = { name, numHeads, keyDim: width / numHeads, dropout, useCausalMask, ...initial(4) }
      add(name, new MultiHeadAttention(own), ...shapes)
      drop(name)
    }
    attention('attention', useCausalMask, x)
    if (memory) attention('cross_attention', false, x, memory)
    norm('feedforward')
    const dense = (name: string, units: number, activation: string, shape: Shape) =>
      add(name, layers.dense({ name, units, activation: activation as 'relu', ...initialWeights(initial(1), 0) }), shape)
    dense('intermediate', intermediateDim, activation, x)
    dense('output', width, 'linear', [...x.slice(0, -1), intermediateDim])
    drop('feedforward')
    this.trainableWeights = Object.values(this.inner).flatMap(layer => layer.trainableWeights)
    this.built = true
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape
  }

  /** That of the first input. */
  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (masksOf([inputs].flat().slice(0, 1), mask)[0] ?? null) as tf.Tensor
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean; mask?: unknown }): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs)
      const given = [inputs].flat()
      const [mask, memoryMask] = masksOf(given, kwargs['mask'])
      const memory = given[1]
      const halves: Half[] = [this.#half('attention', x => this.#run('attention', x, { ...kwargs, mask }))]
      if (memory)
        halves.push(
          this.#half('cross_attention', x => this.#run('cross_attention', [x, memory], { ...kwargs, mask: [mask, memoryMask] })),
        )
      halves.push(this.#half('feedforward', x => this.#run('output', this.#run('intermediate', x, kwargs), kwargs)))
      const { normalizeFirst } = this.#options
      return halves.reduce((x, { norm, drop, run }) => {
        const normal = (y: tf.Tensor) => norm.call(y, kwargs) as tf.Tensor
        const y = run(normalizeFirst ? normal(x) : x)
        const sum = tf.add(x, drop ? (drop.call(y, kwargs) as tf.Tensor) : y)
        return normalizeFirst ? sum : normal(sum)
      }, given[0]!)
    })
  }

  #half(name: string, run: Half['run']): Half {
    return { norm: this.inner[`${name}_norm`]!, drop: this.inner[`${name}_dropout`], run }
  }

  #run(name: string, x: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor {
    return this.inner[name]!.call(x, kwargs) as tf.Tensor
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kernelInitializer, biasInitializer, seed, ...own } = this.#options
    const initial = initialConfig({ kernelInitializer, biasInitializer, seed })
    return { ...super.getConfig(), ...own, ...initial } as tf.serialization.ConfigDict
  }
}
