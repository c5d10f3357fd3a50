import { checkCount, checkOptions, type Kinds, kind, rangeError, show } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { InputSpec, initializers, layers } from '@tensorflow/tfjs-layers'
import { pure } from '../replay/replayable.js'
import { commonKinds, type LayerOptions } from './layer-kinds.js'

/** Number of categories, the code 0 for what is not known included, and of the figures that stand for each. */
export type EmbeddingSize = readonly [categories: number, size: number]

/** What `CategoryEmbeddings` is given: for each column how many categories it has, and the size of their embeddings. */
export interface CategoryEmbeddingsOptions {
  /** One for each column of codes. */
  sizes: readonly EmbeddingSize[]
  /** Seed of the initial weights, a whole number from 0; random without it. */
  seed?: number
  name?: string
}

const layerKinds: Kinds<LayerOptions<CategoryEmbeddingsOptions>> = {
  ...commonKinds,
  sizes: kind.listOf(kind.listOf(kind.number)),
  seed: kind.number,
}

const fusedKernel = 'Embeddings'

/**
 * An embedding for each of several columns of categories, side by side: input codes [batch, columns], output [batch, sum of the sizes].
 * Weights are drawn from a normal distribution of standard deviation 0.01, cut at two of them.
 *
 * Source: the embeddings of fastai's `TabularModel`.
 *
 * @throws RangeError for sizes that are no positive whole numbers.
 * @example
 * sequential({ layers: [new CategoryEmbeddings({ sizes: [[8, 5], [3, 3]], inputShape: [2] })] })   // output [batch, 8]
 */
export class CategoryEmbeddings extends layers.Layer {
  static override readonly name: string = 'CategoryEmbeddings'
  static readonly className = 'CategoryEmbeddings'
  // Within the class: a page that does not use it leaves it out.
  static {
    tf.serialization.registerClass(pure(CategoryEmbeddings))
  }
  readonly #sizes: readonly EmbeddingSize[]
  readonly #seed: number | undefined
  #tables: ReturnType<layers.Layer['addWeight']>[] = []

  constructor(options: CategoryEmbeddingsOptions & { inputShape?: (number | null)[] }) {
    checkOptions<LayerOptions<CategoryEmbeddingsOptions>>('CategoryEmbeddings', options, layerKinds)
    const { sizes, seed, ...rest } = options
    if (!Array.isArray(sizes) || sizes.length === 0)
      throw rangeError(
        'layer-sizes',
        `CategoryEmbeddings takes sizes, [categories, size] for each column, but got ${show(sizes)}.`,
      )
    for (const [column, size] of sizes.entries()) {
      if (size.length !== 2)
        throw rangeError(
          'layer-sizes',
          `sizes of CategoryEmbeddings: column ${column} has ${show(size)}; expected [categories, size].`,
        )
      checkCount(`categories of column ${column}`, size[0])
      checkCount(`size of the embedding of column ${column}`, size[1])
    }
    if (seed !== undefined) checkCount('seed of CategoryEmbeddings', seed, 0)
    super(rest as ConstructorParameters<typeof layers.Layer>[0])
    this.inputSpec = [new InputSpec({ ndim: 2, axes: { [-1]: sizes.length } })]
    this.#sizes = sizes.map(([categories, size]) => [categories, size])
    this.#seed = seed
  }

  /** Categories and figures for each, by column. */
  get sizes(): readonly EmbeddingSize[] {
    return this.#sizes
  }

  override build(): void {
    this.#tables = this.#sizes.map(([categories, size], column) => {
      // tfjs takes the seed 0 for none.
      const seed = this.#seed === undefined ? {} : { seed: this.#seed + 1 + column }
      const normal = initializers.truncatedNormal({ mean: 0, stddev: 0.01, ...seed })
      return this.addWeight(`embedding_${column}`, [categories, size], 'float32', normal)
    })
    this.built = true
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return [inputShape[0] ?? null, this.#sizes.reduce((sum, [, size]) => sum + size, 0)]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const codes = tf.cast(Array.isArray(inputs) ? inputs[0]! : inputs, 'int32')
      const tables = this.#tables.map(table => table.read())
      const { state } = tf.engine()
      // Our own kernel, which does all columns at once. It has no second gradient.
      if (state.gradientDepth <= 1 && tf.getKernel(fusedKernel, tf.getBackend()))
        return tf.engine().runKernel(fusedKernel, [codes, ...tables] as unknown as tf.NamedTensorMap)
      const columns = tf.unstack(codes, 1)
      return tf.concat(
        tables.map((table, i) => tf.gather(table, columns[i] as tf.Tensor1D)),
        1,
      )
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      sizes: this.#sizes.map(size => [...size]),
      ...(this.#seed !== undefined && { seed: this.#seed }),
    }
  }
}

/**
 * How many figures stand for each of so many categories: 1.6 n^0.56, at most 600.
 *
 * Source: fastai's `emb_sz_rule`.
 *
 * @example
 * emb_sz_rule(8)   // 5
 */
export function emb_sz_rule(n: number): number {
  checkCount('n of emb_sz_rule', n)
  return Math.min(600, Math.round(1.6 * n ** 0.56))
}
