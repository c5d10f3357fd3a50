import { checkOptions, type Kinds, kind, rangeError, show } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { pure } from '../replay/replayable.js'
import { commonKinds, type LayerOptions } from './layer-kinds.js'

/** What `SigmoidRange` is given: the lowest and the highest answer. */
export interface SigmoidRangeOptions {
  low: number
  high: number
  name?: string
}

const layerKinds: Kinds<LayerOptions<SigmoidRangeOptions>> = { ...commonKinds, low: kind.number, high: kind.number }

/**
 * A sigmoid from `low` to `high`: any shape in, the same out. For values that are known to lie in a range, such as ratings; a range
 * somewhat wider than theirs lets predictions reach its ends.
 *
 * Source: fastai's `SigmoidRange`.
 *
 * @throws RangeError unless low is below high, both finite.
 * @example
 * sequential({ layers: [layers.dense({ units: 1, inputShape: [4] }), new SigmoidRange({ low: 0, high: 5.5 })] })
 */
export class SigmoidRange extends layers.Layer {
  static override readonly name: string = 'SigmoidRange'
  static readonly className = 'SigmoidRange'
  // Within the class: a page that does not use it leaves it out.
  static {
    tf.serialization.registerClass(pure(SigmoidRange))
  }
  readonly low: number
  readonly high: number

  constructor(options: SigmoidRangeOptions) {
    checkOptions<LayerOptions<SigmoidRangeOptions>>('SigmoidRange', options, layerKinds)
    const { low, high, ...rest } = options
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high))
      throw rangeError(
        'range-ends',
        `SigmoidRange goes from low = ${show(low)} to high = ${show(high)}; expected two numbers, low below high.`,
      )
    super(rest as ConstructorParameters<typeof layers.Layer>[0])
    this.low = low
    this.high = high
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { low, high } = this
    return tf.tidy(() => tf.add(tf.mul(tf.sigmoid(Array.isArray(inputs) ? inputs[0]! : inputs), high - low), low))
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), low: this.low, high: this.high }
  }
}

/** [low, high], which values lie between. */
export type Range = readonly [low: number, high: number]
