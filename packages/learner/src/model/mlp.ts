import { checkCount, checkOptions, keepNames, kind, Random, rangeError, show } from '@onecycle/platform'
import { type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { checkParts, dense, hiddenBlocks } from './dense-blocks.js'

/** What `mlp` is given: batch normalization, dropout, and the seed of the weights. */
export interface MlpOptions {
  /** Whether batch norm follows each hidden layer, in place of its bias. Default false. */
  bn?: boolean | undefined
  /** Part of the figures that dropout leaves out after hidden layers: of each, or of all. Default 0. */
  ps?: number | readonly number[] | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

/**
 * A multilayer perceptron: dense layers with ReLU between the given numbers of figures, no activation after the last. Input
 * [batch, sizes[0]], output [batch, sizes.at(-1)]. Its layers are named `hidden_1`, `hidden_2`, …, and `head`.
 *
 * @param sizes figures of the input, of each hidden layer, and of the output
 * @throws RangeError for fewer than two sizes, or what is no positive whole number.
 * @example
 * const model = mlp([4, 32, 3], { seed: 42 })   // 4 figures in, 3 logits out
 */
export function mlp(sizes: readonly number[], options: MlpOptions = {}): Sequential {
  checkOptions<MlpOptions>('mlp', options, {
    ...{ bn: kind.boolean, ps: kind.either(kind.number, kind.listOf(kind.number)), seed: kind.any },
  })
  if (!kind.listOf(kind.number).fits(sizes) || sizes.length < 2)
    throw rangeError(
      'layer-sizes',
      `mlp takes a list of sizes, input and output at least, such as [4, 32, 3], but got ${show(sizes)}.`,
    )
  for (const [i, size] of sizes.entries()) checkCount(`sizes[${i}] of mlp`, size)
  const { bn = false, ps, seed } = options
  const [inputs, ...rest] = sizes as [number, ...number[]]
  const random = seed === undefined ? undefined : new Random(seed).fork('mlp')
  const parts = checkParts('mlp', ps, rest.length - 1)
  const blocks = hiddenBlocks({ hidden: rest.slice(0, -1), bn, ps: parts, random, inputShape: [inputs] })
  const head = dense(rest.at(-1)!, 'head', random, blocks.length === 0 ? { inputShape: [inputs] } : {})
  return sequential({ layers: [...blocks, head] })
}

keepNames({ mlp })
