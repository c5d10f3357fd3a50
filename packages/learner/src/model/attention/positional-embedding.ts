import { checkCount, checkOptions, type Kinds, kind, rangeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { InputSpec, initializers, layers } from '@tensorflow/tfjs-layers'
import { pure } from '../../replay/replayable.js'
import { commonKinds, type LayerOptions } from '../layer-kinds.js'
import { type InitializerOption, initializerAt, initializerConfig, seedOption } from './inner-layers.js'

type Shape = (number | null)[]

/** What `PositionalEmbedding` is given: tokens, size of an embedding, and the longest sequence. */
export interface PositionalEmbeddingOptions {
  /** Tokens of the vocabulary. */
  inputDim: number
  /** Figures that stand for each. */
  outputDim: number
  /** Places of the longest text. */
  sequenceLength: number
  /** Whether the token 0 fills up, and is not looked at by what follows. Default false. */
  maskZero?: boolean | undefined
  /** Default: normally distributed, of standard deviation 0.02. */
  embeddingsInitializer?: InitializerOption | undefined
  /** Seed of the initial weights where no initializer is given, a whole number from 0; random without it. */
  seed?: number | undefined
  name?: string | undefined
}

const layerKinds: Kinds<LayerOptions<PositionalEmbeddingOptions>> = {
  ...commonKinds,
  ...{ inputDim: kind.number, outputDim: kind.number, sequenceLength: kind.number, maskZero: kind.boolean },
  ...{ embeddingsInitializer: kind.any, seed: kind.number },
}

/**
 * What stands for a token, plus what stands for its place; both are learnt. Input numbers of tokens [batch, length], output [batch, length, outputDim].
 *
 * Source: KerasHub's `TokenAndPositionEmbedding`; Radford et al. 2018 (GPT).
 *
 * @throws RangeError for numbers out of range, and texts longer than `sequenceLength`; TypeError for an unknown option
 * @example
 * new PositionalEmbedding({ inputDim: 80, outputDim: 32, sequenceLength: 64, seed: 1 })
 */
export class PositionalEmbedding extends layers.Layer {
  static override readonly name: string = 'PositionalEmbedding'
  static readonly className = 'PositionalEmbedding'
  // Within the class: a page that does not use it leaves it out.
  static {
    tf.serialization.registerClass(pure(PositionalEmbedding))
  }
  readonly #options: { inputDim: number; outputDim: number; sequenceLength: number; maskZero: boolean }
  readonly #initial: { embeddingsInitializer: InitializerOption; seed: number | undefined }
  #tokens: ReturnType<layers.Layer['addWeight']> | undefined
  #places: ReturnType<layers.Layer['addWeight']> | undefined

  constructor(options: PositionalEmbeddingOptions & { inputShape?: Shape }) {
    checkOptions<LayerOptions<PositionalEmbeddingOptions>>('PositionalEmbedding', options, layerKinds)
    const { inputDim, outputDim, sequenceLength, maskZero = false, embeddingsInitializer, seed, ...rest } = options
    const counts = { inputDim, outputDim, sequenceLength }
    for (const [name, count] of Object.entries(counts)) checkCount(`${name} of PositionalEmbedding`, count)
    if (seed !== undefined) checkCount('seed of PositionalEmbedding', seed, 0)
    super(rest as ConstructorParameters<typeof layers.Layer>[0])
    this.supportsMasking = true
    this.inputSpec = [new InputSpec({ ndim: 2 })]
    this.#options = { ...counts, maskZero }
    const normal = () => initializers.randomNormal({ mean: 0, stddev: 0.02, ...seedOption(seed) })
    this.#initial = { embeddingsInitializer: embeddingsInitializer ?? normal(), seed }
  }

  override build(): void {
    const { inputDim, outputDim, sequenceLength } = this.#options
    const initial = (place: number) => initializerAt(this.#initial.embeddingsInitializer, place)
    this.#tokens = this.addWeight('token_embeddings', [inputDim, outputDim], 'float32', initial(0))
    this.#places = this.addWeight('position_embeddings', [sequenceLength, outputDim], 'float32', initial(1))
    this.built = true
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return [...inputShape, this.#options.outputDim]
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (this.#options.maskZero ? tf.tidy(() => tf.notEqual([inputs].flat()[0]!, 0)) : null) as tf.Tensor
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs)
      const tokens = [inputs].flat()[0]!
      const [batch, length] = tokens.shape as [number, number]
      const { outputDim, sequenceLength } = this.#options
      if (length > sequenceLength)
        throw rangeError(
          'layer-input',
          `${this.name} (PositionalEmbedding) got ${length} tokens in a row, but knows ${sequenceLength} places. Cut texts, or make it with a larger sequenceLength.`,
        )
      const found = tf.gather(this.#tokens!.read(), tf.reshape(tf.cast(tokens, 'int32'), [batch * length]))
      const places = this.#places!.read()
      return tf.add(
        tf.reshape(found, [batch, length, outputDim]),
        length === sequenceLength ? places : tf.slice(places, [0, 0], [length, outputDim]),
      )
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { embeddingsInitializer, seed } = this.#initial
    const json = initializerConfig(embeddingsInitializer)
    return { ...super.getConfig(), ...this.#options, embeddingsInitializer: json, ...(seed !== undefined && { seed }) }
  }
}
