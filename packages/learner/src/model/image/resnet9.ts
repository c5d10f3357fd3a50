import { checkCount, checkOptions, keepNames, kind, Random } from '@onecycle/platform'
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { dense } from '../dense-blocks.js'
import { beginGroups } from '../group-starts.js'
import { added, convNorm, halved, through } from './conv-norm.js'

/** What `resnet9` is given: outputs, channels of a picture, the width of the first layer, and the seed. */
export interface Resnet9Options {
  /** Classes, or values. */
  n_out: number
  /** Channels of the pictures. Default 3. */
  n_in?: number | undefined
  /** Channels of the first convolution, of which later ones have 2, 4 and 8 times as many. Default 64. */
  width?: number | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

/**
 * A short residual network for pictures of some tens of pixels, which trains in few epochs: eight convolutions, two of the three stages with a residual
 * block, the highest figure of each channel, one dense layer. Input [batch, height, width, n_in] of 8 x 8 or more, output [batch, n_out] logits. Two layer
 * groups: the convolutions, and the head.
 *
 * Source: Page's `resnet9` of 2018 for DAWNBench.
 *
 * @throws RangeError for what is no positive whole number; TypeError for an unknown option.
 * @example
 * const model = resnet9({ n_out: 10, n_in: 1, width: 16, seed: 42 })
 */
export function resnet9(options: Resnet9Options): LayersModel {
  checkOptions<Resnet9Options>('resnet9', options, {
    ...{ n_out: kind.number, n_in: kind.number, width: kind.number, seed: kind.any },
  })
  const { n_out, n_in = 3, width = 64, seed } = options
  for (const [what, value] of Object.entries({ n_out, n_in, width })) checkCount(`${what} of resnet9`, value)
  const random = seed === undefined ? undefined : new Random(seed).fork('resnet9')
  const residual = (x: SymbolicTensor, name: string, filters: number) => {
    const first = convNorm(x, `${name}_1`, { filters }, random)
    return added(convNorm(first, `${name}_2`, { filters, relu: false }, random), x, name)
  }
  const picture = input({ shape: [null, null, n_in], name: 'picture' })
  let x = convNorm(picture, 'stem', { filters: width }, random)
  for (const [i, filters] of [2 * width, 4 * width, 8 * width].entries()) {
    const name = `stage_${i + 1}`
    x = halved(convNorm(x, name, { filters }, random), `${name}_pool`)
    if (i !== 1) x = residual(x, `${name}_block`, filters)
  }
  const outputs = through(x, layers.globalMaxPooling2d({ name: 'pool' }), dense(n_out, 'head', random))
  return beginGroups(model({ inputs: picture, outputs, name: 'resnet9' }), ['head'])
}

keepNames({ resnet9 })
