import { checkCount, checkOptions, type Kinds, kind } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { InputSpec, layers } from '@tensorflow/tfjs-layers'
import { pure } from '../replay/replayable.js'
import { commonKinds, type LayerOptions } from './layer-kinds.js'

/** What `TokenMask` is given: the vocabulary, and the token that fills. */
export interface TokenMaskOptions {
  /** Tokens of the vocabulary. */
  vocab_sz: number
  /** The number of what fills texts up. Default 1. */
  pad?: number
  name?: string
}

const layerKinds: Kinds<LayerOptions<TokenMaskOptions>> = { ...commonKinds, vocab_sz: kind.number, pad: kind.number }

/**
 * 1 where a token is one of the text, 0 where it fills up: input numbers of tokens [batch, length], output [batch, length, 1], which what was made of
 * the tokens is multiplied with.
 *
 * @throws RangeError for numbers that are none of tokens.
 * @example
 * const mask = new TokenMask({ vocab_sz: 1000, name: 'mask' })
 */
export class TokenMask extends layers.Layer {
  static override readonly name: string = 'TokenMask'
  static readonly className = 'TokenMask'
  // Within the class: a page that does not use it leaves it out.
  static {
    tf.serialization.registerClass(pure(TokenMask))
  }
  readonly #vocab_sz: number
  readonly #pad: number

  constructor(options: TokenMaskOptions) {
    checkOptions<LayerOptions<TokenMaskOptions>>('TokenMask', options, layerKinds)
    const { vocab_sz, pad = 1, ...rest } = options
    super(rest)
    this.#vocab_sz = checkCount('vocab_sz of TokenMask', vocab_sz)
    this.#pad = checkCount('pad of TokenMask', pad, 0, vocab_sz - 1)
    this.inputSpec = [new InputSpec({ ndim: 2 })]
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return [...inputShape, 1]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const tokens = tf.cast(Array.isArray(inputs) ? inputs[0]! : inputs, 'int32')
      return tf.cast(tf.notEqual(tokens, tf.scalar(this.#pad, 'int32')), 'float32').expandDims(-1)
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), vocab_sz: this.#vocab_sz, pad: this.#pad }
  }
}
