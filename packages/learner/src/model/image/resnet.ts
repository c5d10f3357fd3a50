import { checkCount, checkOptions, type Kinds, keepNames, kind, Random } from '@onecycle/platform'
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { dense } from '../dense-blocks.js'
import { beginGroups } from '../group-starts.js'
import { added, convNorm, overlappingPool, through } from './conv-norm.js'

/** What `resnet18` and `resnet34` are given: outputs, channels of a picture, the width of the first layers, and the seed. */
export interface ResnetOptions {
  /** Classes, or values. */
  n_out: number
  /** Channels of the pictures. Default 3. */
  n_in?: number | undefined
  /** Channels of the first stage, of which each later one has twice as many. Default 64. */
  width?: number | undefined
  /**
   * How pictures come in: `large` halves them twice, by a convolution of 7 x 7 and by pooling, as for pictures of 224 x 224; `small` keeps them as they
   * are, for those of some tens of pixels. Default 'large'.
   */
  stem?: 'large' | 'small' | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

export const resnetKinds: Kinds<ResnetOptions> = {
  ...{ n_out: kind.number, n_in: kind.number, width: kind.number, stem: kind.choice('large', 'small'), seed: kind.any },
}

/**
 * A residual network of four stages of two blocks each. Input [batch, height, width, n_in] of any size, output [batch, n_out] logits. Three layer groups, as
 * fastai has them: up to the second stage, the others, the head. Of width 64 and for 1000 classes it has 11,689,512 parameters that train, as
 * torchvision's.
 *
 * Sources: He et al. 2015 (arXiv:1512.03385); the norm that ends a block begins at 0, Goyal et al. 2017 (arXiv:1706.02677).
 *
 * @throws RangeError for what is no positive whole number; TypeError for an unknown option.
 * @example
 * const model = resnet18({ n_out: 10, n_in: 1, width: 16, stem: 'small', seed: 42 })
 */
export function resnet18(options: ResnetOptions): LayersModel {
  return resnet('resnet18', [2, 2, 2, 2], options)
}

/**
 * A residual network of four stages of 3, 4, 6 and 3 blocks; all else as {@link resnet18}. Of width 64 and for 1000 classes it has 21,797,672 parameters
 * that train.
 *
 * @example
 * const model = resnet34({ n_out: 10, width: 16, seed: 42 })
 */
export function resnet34(options: ResnetOptions): LayersModel {
  return resnet('resnet34', [3, 4, 6, 3], options)
}

function resnet(name: string, blocks: readonly number[], options: ResnetOptions): LayersModel {
  checkOptions<ResnetOptions>(name, options, resnetKinds)
  const { n_out, n_in = 3, width = 64, stem = 'large', seed } = options
  for (const [what, value] of Object.entries({ n_out, n_in, width })) checkCount(`${what} of ${name}`, value)
  const random = seed === undefined ? undefined : new Random(seed).fork(name)
  const picture = input({ shape: [null, null, n_in], name: 'picture' })
  let x = stemOf(picture, stem, width, random)
  for (const [stage, count] of blocks.entries())
    for (let i = 0; i < count; i++) {
      const strides = stage > 0 && i === 0 ? 2 : 1
      x = block(x, `stage_${stage + 1}_block_${i + 1}`, width * 2 ** stage, strides, random)
    }
  const outputs = through(x, layers.globalAveragePooling2d({ name: 'pool' }), dense(n_out, 'head', random))
  return beginGroups(model({ inputs: picture, outputs, name }), ['stage_3_block_1_1_conv', 'head'])
}

function stemOf(x: SymbolicTensor, stem: 'large' | 'small', filters: number, random: Random | undefined): SymbolicTensor {
  if (stem === 'small') return convNorm(x, 'stem', { filters }, random)
  return overlappingPool(convNorm(x, 'stem', { filters, kernelSize: 7, strides: 2 }, random), 'stem_pool')
}

/** Two convolutions beside a way past them, which is one of 1 x 1 where size or channels change. */
function block(x: SymbolicTensor, name: string, filters: number, strides: number, random: Random | undefined): SymbolicTensor {
  const first = convNorm(x, `${name}_1`, { filters, strides }, random)
  const made = convNorm(first, `${name}_2`, { filters, relu: false, zero: true }, random)
  const same = strides === 1 && x.shape.at(-1) === filters
  const past = same ? x : convNorm(x, `${name}_past`, { filters, kernelSize: 1, strides, relu: false }, random)
  return added(made, past, name)
}

keepNames({ resnet18, resnet34 })
