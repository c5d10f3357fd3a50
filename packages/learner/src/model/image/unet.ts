import { checkCount, checkOptions, keepNames, kind, Random, show, typeError } from '@onecycle/platform'
import { initializers, input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { beginGroups } from '../group-starts.js'
import { isLayersModel } from '../trainable-model.js'
import { convNorm, convolution, halved, through } from './conv-norm.js'
import { stagesOf } from './stages.js'

/** What `unet` is given: classes of a pixel, channels of a picture, width and depth, or a body that makes features. */
export interface UnetOptions {
  /** Classes of a pixel, or values. */
  n_out: number
  /** Channels of the pictures. Default 3. */
  n_in?: number | undefined
  /** Channels of the first stage on the way down, of which each later one has twice as many. Default 32. */
  width?: number | undefined
  /** How often the way down halves the picture. Default 4. */
  depth?: number | undefined
  /**
   * The way down, in place of the usual one: any model from [batch, height, width, channels] to features, such as {@link create_body} makes of a trained
   * one. Its layers train on as part of this model.
   */
  body?: LayersModel | undefined
  /** How the way up doubles: by a `transpose`d convolution, or by `repeat`ing each place and a convolution. Default 'transpose'. */
  up?: 'transpose' | 'repeat' | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

/**
 * A U-Net: a way down that halves the picture, and a way up that doubles it again, each stage of which also sees what the way down had at that size.
 * Input [batch, height, width, n_in], sides that can be halved as often as the way down does so; output [batch, height, width, n_out], a figure for
 * each class of each pixel. Layer groups: the way down (of a body in one, or in its own), the way up with the head.
 *
 * Sources: Ronneberger et al. 2015 (arXiv:1505.04597), with batch norm; any body as in fastai's `DynamicUnet`.
 *
 * @throws RangeError for what is no positive whole number, and a body that does not halve pictures; TypeError for an unknown option, and
 * what is no model.
 * @example
 * const model = unet({ n_out: 2, n_in: 1, width: 8, depth: 2, seed: 42 })
 */
export function unet(options: UnetOptions): LayersModel {
  checkOptions<UnetOptions>('unet', options, {
    ...{ n_out: kind.number, n_in: kind.number, width: kind.number, depth: kind.number, seed: kind.any },
    ...{ body: kind.object, up: kind.choice('transpose', 'repeat') },
  })
  const { n_out, n_in = 3, width = 32, depth = 4, up = 'transpose', seed, body } = options
  for (const [what, value] of Object.entries({ n_out, n_in, width, depth })) checkCount(`${what} of unet`, value)
  if (body && !isLayersModel(body))
    throw typeError('not-a-model', `body of unet is ${show(body)}; expected a LayersModel, such as create_body makes.`)
  const random = seed === undefined ? undefined : new Random(seed).fork('unet')
  const down = body ? stagesOf(body) : wayDown(n_in, width, depth, random)
  let x = down.bottom
  for (const [i, skip] of [...down.skips].reverse().entries()) {
    const name = `up_${i + 1}`
    const filters = Math.max(skip.shape.at(-1)!, Math.ceil(x.shape.at(-1)! / 4))
    x = layers.concatenate({ name }).apply([doubled(x, name, filters, up, random), skip]) as SymbolicTensor
    for (const each of [1, 2]) x = convNorm(x, `${name}_${each}`, { filters }, random)
  }
  const outputs = through(x, convolution({ filters: n_out, kernelSize: 1, name: 'head' }, random))
  const net = model({ inputs: down.inputs, outputs, name: 'unet' })
  return beginGroups(net, [...down.starts, `up_1_${up}`])
}

/** Two convolutions a stage, and half the size between them. */
function wayDown(n_in: number, width: number, depth: number, random: Random | undefined) {
  const picture = input({ shape: [null, null, n_in], name: 'picture' })
  const skips: SymbolicTensor[] = []
  let x: SymbolicTensor = picture
  for (let stage = 0; stage <= depth; stage++) {
    const name = `down_${stage + 1}`
    if (stage > 0) x = halved(x, `${name}_pool`)
    for (const each of [1, 2]) x = convNorm(x, `${name}_${each}`, { filters: width * 2 ** stage }, random)
    if (stage < depth) skips.push(x)
  }
  return { inputs: picture, bottom: x, skips, starts: [] as readonly string[] }
}

function doubled(
  x: SymbolicTensor,
  name: string,
  filters: number,
  up: 'transpose' | 'repeat',
  random: Random | undefined,
): SymbolicTensor {
  if (up === 'repeat') {
    const larger = through(x, layers.upSampling2d({ size: [2, 2], name: `${name}_repeat` }))
    return convNorm(larger, `${name}_after`, { filters }, random)
  }
  const kernelInitializer = initializers.heNormal(random ? { seed: 1 + random.int(2 ** 31 - 2) } : {})
  return through(x, layers.conv2dTranspose({ filters, kernelSize: 2, strides: 2, kernelInitializer, name: `${name}_transpose` }))
}

keepNames({ unet })
