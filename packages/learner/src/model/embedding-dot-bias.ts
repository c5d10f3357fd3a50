import { checkCount, checkOptions, type Kinds, kind } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { InputSpec, initializers, layers } from '@tensorflow/tfjs-layers'
import { pure } from '../replay/replayable.js'
import { commonKinds, type LayerOptions } from './layer-kinds.js'

/** What `EmbeddingDotBias` is given: how many users and items there are, and factors of each. */
export interface EmbeddingDotBiasOptions {
  n_users: number
  n_items: number
  /** Figures that stand for a user, and for an item. */
  n_factors: number
  /** Seed of the initial weights, a whole number from 0; random without it. */
  seed?: number
  name?: string
}

const layerKinds: Kinds<LayerOptions<EmbeddingDotBiasOptions>> = {
  ...commonKinds,
  n_users: kind.number,
  n_items: kind.number,
  n_factors: kind.number,
  seed: kind.number,
}

/**
 * How a user likes an item: the product of what stands for either, and a number of each. Input codes [batch, 2], users first; output
 * [batch, 1]. Weights are drawn from a normal distribution of standard deviation 0.01, cut at two of them.
 *
 * Source: fastai's `EmbeddingDotBias`.
 *
 * @throws RangeError for numbers that are no positive whole ones.
 * @example
 * sequential({ layers: [new EmbeddingDotBias({ n_users: 100, n_items: 40, n_factors: 5, inputShape: [2] })] })
 */
export class EmbeddingDotBias extends layers.Layer {
  static override readonly name: string = 'EmbeddingDotBias'
  static readonly className = 'EmbeddingDotBias'
  // Within the class: a page that does not use it leaves it out.
  static {
    tf.serialization.registerClass(pure(EmbeddingDotBias))
  }
  readonly #options: Pick<EmbeddingDotBiasOptions, 'n_users' | 'n_items' | 'n_factors' | 'seed'>
  #weights: ReturnType<layers.Layer['addWeight']>[] = []

  constructor(options: EmbeddingDotBiasOptions & { inputShape?: (number | null)[] }) {
    checkOptions<LayerOptions<EmbeddingDotBiasOptions>>('EmbeddingDotBias', options, layerKinds)
    const { n_users, n_items, n_factors, seed, ...rest } = options
    const counts = { n_users, n_items, n_factors }
    for (const [name, count] of Object.entries(counts)) checkCount(`${name} of EmbeddingDotBias`, count)
    if (seed !== undefined) checkCount('seed of EmbeddingDotBias', seed, 0)
    super(rest as ConstructorParameters<typeof layers.Layer>[0])
    this.inputSpec = [new InputSpec({ ndim: 2, axes: { [-1]: 2 } })]
    this.#options = { ...counts, ...(seed !== undefined && { seed }) }
  }

  override build(): void {
    const { n_users, n_items, n_factors, seed } = this.#options
    const shapes = { users: [n_users, n_factors], items: [n_items, n_factors], user_bias: [n_users, 1], item_bias: [n_items, 1] }
    this.#weights = Object.entries(shapes).map(([name, shape], i) => {
      // tfjs takes the seed 0 for none.
      const normal = initializers.truncatedNormal({ mean: 0, stddev: 0.01, ...(seed !== undefined && { seed: seed + 1 + i }) })
      return this.addWeight(name, shape, 'float32', normal)
    })
    this.built = true
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return [inputShape[0] ?? null, 1]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const codes = tf.unstack(tf.cast(Array.isArray(inputs) ? inputs[0]! : inputs, 'int32'), 1) as tf.Tensor1D[]
      const [users, items, userBias, itemBias] = this.#weights.map((weight, i) => tf.gather(weight.read(), codes[i % 2]!))
      return tf.add(tf.sum(tf.mul(users!, items!), 1, true), tf.add(userBias!, itemBias!))
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#options }
  }
}
