import { checkOptions, type Kinds, kind, rangeError, show } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { InputSpec, initializers, layers } from '@tensorflow/tfjs-layers'
import { pure } from '../replay/replayable.js'
import { fusedConv2d } from './fused-conv2d.js'
import { commonKinds, type LayerOptions } from './layer-kinds.js'

/** What `ConvLayer` is given, as TensorFlow.js's `conv2d` is: filters, kernel, strides, padding and activation. */
export interface ConvLayerOptions {
  /** Channels of the output. */
  filters: number
  /** Height and width of the filter. Default 3. */
  kernelSize?: number
  /** Step in both directions. Default 1. */
  strides?: number
  /** Zeros added on every side. Default half the filter, rounded down, as fastai's `conv_layer` has it. */
  padding?: number
  /** Whether a number per filter is added to the convolution's output. Default true. */
  useBias?: boolean
  /** Applied last. Default 'relu'. */
  activation?: 'relu' | 'linear'
  /** Seed of the initial weights, a whole number from 0; random without it. */
  seed?: number
  name?: string
  /** [height, width, channels], null for a size that may vary: for the first layer of a model. */
  inputShape?: (number | null)[]
}

const activations = ['relu', 'linear'] as const

const layerKinds: Kinds<LayerOptions<ConvLayerOptions>> = {
  ...commonKinds,
  // Numbers and names are looked at below.
  ...{ filters: kind.any, kernelSize: kind.any, strides: kind.any, padding: kind.any, useBias: kind.boolean },
  ...{ activation: kind.any, seed: kind.any },
}

/**
 * Convolution with the same padding on every side, as PyTorch has it: tfjs's own layer knows only 'same', which with
 * stride 2 pads one side, and 'valid'. Input [batch, height, width, channels]; output [batch, h, w, filters] with
 * h = floor((height + 2 padding - kernelSize) / strides) + 1. Weights are drawn from a normal distribution of standard
 * deviation sqrt(2 / fan_in), biases start at 0.
 *
 * Source: fastai 1's `conv_layer`; He et al. 2015 (arXiv:1502.01852).
 *
 * @throws RangeError for an option out of range, or an image smaller than the filter.
 * @example
 * sequential({ layers: [new ConvLayer({ filters: 16, strides: 2, inputShape: [28, 28, 3] })] })   // output [batch, 14, 14, 16]
 */
export class ConvLayer extends layers.Layer {
  static override readonly name: string = 'ConvLayer'
  static readonly className = 'ConvLayer'
  // Within the class: a page that does not use it leaves it out.
  static {
    tf.serialization.registerClass(pure(ConvLayer))
  }
  readonly #options: Required<Omit<ConvLayerOptions, 'seed' | 'name' | 'inputShape'>> & { seed?: number }
  #kernel!: ReturnType<layers.Layer['addWeight']>
  #bias: ReturnType<layers.Layer['addWeight']> | undefined

  constructor(options: ConvLayerOptions) {
    checkOptions<LayerOptions<ConvLayerOptions>>('ConvLayer', options, layerKinds)
    const {
      filters,
      kernelSize = 3,
      strides = 1,
      padding = typeof kernelSize === 'number' ? Math.floor(kernelSize / 2) : 0,
      useBias = true,
      activation = 'relu',
    } = options
    const { seed, ...rest } = options
    super(rest as ConstructorParameters<typeof layers.Layer>[0])
    for (const [name, value, least] of [
      ['filters', filters, 1],
      ['kernelSize', kernelSize, 1],
      ['strides', strides, 1],
      ['padding', padding, 0],
      ['seed', seed ?? 0, 0],
    ] as const) {
      if (!Number.isSafeInteger(value) || value < least)
        throw rangeError('not-a-count', `ConvLayer got ${name} = ${show(value)}, but expects a whole number from ${least}.`)
    }
    if (!activations.includes(activation))
      throw rangeError(
        'unknown-choice',
        `ConvLayer got activation = ${show(activation)}, but expects one of ${activations.join(', ')}.`,
      )
    this.inputSpec = [new InputSpec({ ndim: 4 })]
    this.#options = { filters, kernelSize, strides, padding, useBias, activation, ...(seed !== undefined && { seed }) }
  }

  override build(inputShape: (number | null)[]): void {
    const channels = inputShape.at(-1)
    if (!channels)
      throw rangeError('layer-input', `ConvLayer needs to know the number of channels, but its input has shape [${inputShape}].`)
    const { filters, kernelSize, useBias, seed } = this.#options
    const stddev = Math.sqrt(2 / (kernelSize * kernelSize * channels))
    // tfjs takes the seed 0 for none.
    const kaiming = initializers.randomNormal({ mean: 0, stddev, ...(seed !== undefined && { seed: seed + 1 }) })
    this.#kernel = this.addWeight('kernel', [kernelSize, kernelSize, channels, filters], 'float32', kaiming)
    if (useBias) this.#bias = this.addWeight('bias', [filters], 'float32', initializers.zeros())
    this.built = true
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    const { filters, kernelSize, strides, padding } = this.#options
    const [batch = null, height = null, width = null] = inputShape
    const out = (size: number | null) => size && Math.floor((size + 2 * padding - kernelSize) / strides) + 1
    const shape = [batch, out(height), out(width), filters]
    if (shape.every(size => size === null || size > 0)) return shape
    throw rangeError(
      'layer-input',
      `ConvLayer got images of ${height} x ${width}, too small for filters of ${kernelSize} with a padding of ${padding}. ` +
        'Use larger images, or fewer layers with a stride.',
    )
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const { strides, padding, activation } = this.#options
    return fusedConv2d(x, this.#kernel.read(), this.#bias?.read(), { strides, pad: padding, activation })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#options }
  }
}
