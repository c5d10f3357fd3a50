import type { DataBunch } from '@onecycle/data'
import { checkOptions, type Kinds, keepNames, kind, Random, rangeError } from '@onecycle/platform'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { LearnerOptions } from '../learner.js'
import { learnerKinds } from '../learner-options.js'
import { cross_entropy } from '../loss/cross-entropy.js'
import { mse } from '../loss/regression.js'
import { Dice, DiceMulti } from '../metric/overlap.js'
import { create_body, isBody } from '../model/image/create-body.js'
import { stagesOf } from '../model/image/stages.js'
import { type UnetOptions, unet } from '../model/image/unet.js'
import { describe, metricsFor } from './chosen.js'
import { orDispose } from './or-dispose.js'
import { pictureData } from './picture-data.js'
import { VisionLearner } from './picture-learner.js'

/** What `unet_learner` is given: the body and where it is cut, or sizes of a new one, and what every Learner is given. */
export interface UnetLearnerOptions extends LearnerOptions, Pick<UnetOptions, 'width' | 'depth' | 'up'> {
  /** The way down, of a trained model: one that ends in features, or with `cut` any. It is frozen at first. Default: a new one. */
  body?: LayersModel | undefined
  /** Where the head of the trained model begins: see {@link create_body}. */
  cut?: string | number | undefined
}

export const unetLearnerKinds: Kinds<UnetLearnerOptions> = {
  ...{ ...learnerKinds, width: kind.number, depth: kind.number, up: kind.choice('transpose', 'repeat') },
  ...{ body: kind.object, cut: kind.either(kind.string, kind.number) },
}

/**
 * A Learner for what is seen at each pixel, with a {@link unet}: classes of a mask, or values of a picture. The loss is cross-entropy, or mean squared error;
 * metrics are accuracy and how well areas lie on each other ({@link Dice}, of more than two classes {@link DiceMulti}), or the root of the mean squared error,
 * unless given. What was chosen is said in a line. `seed` decides the initial weights too.
 *
 * Source: fastai's `unet_learner`.
 *
 * @throws TypeError for data of another kind, or an unknown option; RangeError for targets that are not of pixels, and pictures that cannot be halved as
 * often as the way down does; as {@link unet} and {@link Learner} do
 * @example
 * const pixels = new Float32Array(8 * 256).map((_, i) => (i * 7919) % 256 / 255)
 * const data = DataBunch.from_arrays({
 *   ...{ x: pixels, shape: [16, 16, 1], y: Int32Array.from(pixels, pixel => Number(pixel > 0.5)), targetShape: [16, 16] },
 *   ...{ bs: 2, classes: ['dark', 'light'] },
 * })
 * const learn = unet_learner(data, { width: 4, depth: 2, seed: 1 })
 */
export function unet_learner(data: DataBunch, options: UnetLearnerOptions = {}): VisionLearner {
  const { n_in, sides } = pictureData('unet_learner', data)
  checkOptions<UnetLearnerOptions>('unet_learner', options, unetLearnerKinds)
  const { width, depth = 4, up, body: given, cut, ...rest } = options
  const isClass = data.target === 'class'
  if (data.targetShape.length !== (isClass ? 2 : 3))
    throw rangeError(
      'pixel-targets',
      `unet_learner answers for each pixel, but the targets are ${isClass ? 'classes' : 'values'} of the shape [${data.targetShape}]; expected ` +
        `${isClass ? '[height, width]' : '[height, width, channels]'}. For whole pictures there is vision_learner.`,
    )
  const body = given && (cut === undefined && isBody(given) ? given : create_body(given, cut))
  const halves = body ? stagesOf(body).skips.length : depth
  const wrong = sides.find(side => side % 2 ** halves !== 0)
  if (wrong !== undefined)
    throw rangeError(
      'picture-size',
      `unet_learner halves pictures ${halves} times, but they are of ${sides.join(' x ')}: ${wrong} is no multiple of ${2 ** halves}. Give the data a size that ` +
        `is one${body ? '' : ', or a smaller depth'}.`,
    )
  const seed = rest.seed === undefined ? undefined : new Random(rest.seed).fork('unet_learner').int(2 ** 30)
  const n_out = isClass ? data.c! : data.targetShape[2]!
  const net = unet({ n_in, n_out, width, depth, up, seed, body })
  const area = data.c === 2 ? new Dice() : new DiceMulti()
  const metrics = options.metrics ?? (isClass ? ['accuracy' as const, area] : metricsFor(data))
  const make = () => new VisionLearner(data, net, { ...rest, loss: rest.loss ?? (isClass ? cross_entropy : mse), metrics })
  const learn = body ? make() : orDispose(net, make)
  if (body) learn.freeze_to(-1)
  const way = body ? `unet on ${body.name}` : `unet of depth ${depth}`
  const frozen = body ? '; the body is frozen, until unfreeze() or fine_tune()' : ''
  learn.log(`unet_learner: ${way}, pictures of ${sides.join(' x ')} x ${n_in}; ${describe(learn)}${frozen}.`)
  return learn
}

keepNames({ unet_learner })
