import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers } from '@tensorflow/tfjs-layers'

export interface ConvLayerOptions {
  filters: number
  /** Height and width of the filter. Default 3. */
  kernelSize?: number
  /** Default 1. */
  strides?: number
  /** Zeros added on every side. Default half the filter, rounded down, as fastai's `conv_layer` has it. */
  padding?: number
  /** Default true. */
  useBias?: boolean
  /** Applied to the convolution's output. Default 'relu'. */
  activation?: 'relu' | 'linear'
  /** Seed of the initial weights; random without it. */
  seed?: number
  name?: string
  inputShape?: (number | null)[]
}

/**
 * Convolution with the same padding on every side, as PyTorch has it: tfjs's own layer knows only 'same', which with
 * stride 2 pads one side, and 'valid'. Input [batch, height, width, channels]; output [batch, h, w, filters] with
 * h = floor((height + 2 padding - kernelSize) / strides) + 1. Weights are drawn as Kaiming normal, sqrt(2 / fan_in).
 *
 * Source: fastai 1's `conv_layer`; He et al. 2015 (arXiv:1502.01852).
 */
export class ConvLayer extends layers.Layer {
  static readonly className = 'ConvLayer'
  readonly #options: Required<Omit<ConvLayerOptions, 'seed' | 'name' | 'inputShape'>> & { seed?: number }
  #kernel!: ReturnType<layers.Layer['addWeight']>
  #bias: ReturnType<layers.Layer['addWeight']> | undefined

  constructor(options: ConvLayerOptions) {
    const {
      filters,
      kernelSize = 3,
      strides = 1,
      padding = Math.floor(kernelSize / 2),
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
    ] as const) {
      if (!Number.isInteger(value) || value < least)
        throw new RangeError(`ConvLayer got ${name} = ${value}, but expects a whole number from ${least}.`)
    }
    this.#options = { filters, kernelSize, strides, padding, useBias, activation, ...(seed === undefined ? {} : { seed }) }
  }

  override build(inputShape: (number | null)[]): void {
    const channels = inputShape.at(-1)
    if (!channels)
      throw new RangeError(`ConvLayer needs to know the number of channels, but its input has shape [${inputShape}].`)
    const { filters, kernelSize, useBias, seed } = this.#options
    const stddev = Math.sqrt(2 / (kernelSize * kernelSize * channels))
    const kaiming = initializers.randomNormal({ mean: 0, stddev, ...(seed === undefined ? {} : { seed }) })
    this.#kernel = this.addWeight('kernel', [kernelSize, kernelSize, channels, filters], 'float32', kaiming)
    if (useBias) this.#bias = this.addWeight('bias', [filters], 'float32', initializers.zeros())
    this.built = true
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    const { filters, kernelSize, strides, padding } = this.#options
    const [batch, height, width] = inputShape
    const out = (size: number | null | undefined) => (size ? Math.floor((size + 2 * padding - kernelSize) / strides) + 1 : null)
    return [batch!, out(height), out(width), filters]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D
    const { strides, padding, activation } = this.#options
    return tf.tidy(() =>
      tf.fused.conv2d({
        x,
        filter: this.#kernel.read() as tf.Tensor4D,
        strides,
        pad: padding,
        dimRoundingMode: 'floor',
        activation,
        ...(this.#bias && { bias: this.#bias.read() }),
      }),
    )
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#options }
  }
}

tf.serialization.registerClass(ConvLayer)
