import type { DataBunch } from '@onecycle/data'
import { checkOptions, type Kinds, keepNames, kind, Random, rangeError, show, typeError } from '@onecycle/platform'
import { type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { LearnerOptions } from '../learner.js'
import { learnerKinds } from '../learner-options.js'
import { beginGroups, groupStarts } from '../model/group-starts.js'
import { create_body, isBody } from '../model/image/create-body.js'
import { add_head, type HeadOptions, headKinds } from '../model/image/create-head.js'
import { resnet18, resnet34 } from '../model/image/resnet.js'
import { resnet9 } from '../model/image/resnet9.js'
import { type Range, SigmoidRange } from '../model/sigmoid-range.js'
import { isLayersModel } from '../model/trainable-model.js'
import { describe, metricsFor } from './chosen.js'
import { orDispose } from './or-dispose.js'
import { pictureData } from './picture-data.js'
import { VisionLearner } from './picture-learner.js'

/** Makes a model for pictures of `n_in` channels that answers with `n_out` figures: {@link resnet18}, {@link resnet9}, or one of your own. */
export type VisionModel = (options: { n_in: number; n_out: number; seed?: number | undefined }) => LayersModel

/** What a {@link vision_learner} trains: a maker, its name, a model as it is, or a body that ends in features. */
export type VisionArch = VisionModel | keyof typeof named | LayersModel

/** What `vision_learner` is given: where a body is cut, the head, the range of answers, and what every Learner is given. */
export interface VisionLearnerOptions extends LearnerOptions, HeadOptions {
  /** Where the head of a trained model begins, which a new one takes the place of: see {@link create_body}. */
  cut?: string | number | undefined
  /** Between which values all predictions lie, of values. Default anywhere. */
  y_range?: Range | undefined
}

export const visionLearnerKinds: Kinds<VisionLearnerOptions> = {
  ...{ ...learnerKinds, ...headKinds, cut: kind.either(kind.string, kind.number), y_range: kind.listOf(kind.number) },
}

const named = { resnet9, resnet18, resnet34 } as const

/** Larger pictures are halved twice when they come in. */
const small = 64

/**
 * A Learner for pictures, which predicts files. Of `arch`:
 *
 * - a maker of models, or its name, makes one for the channels and the target of the data: `resnet9`, `resnet18`, `resnet34` (which keeps pictures of at most
 * 64 pixels as large as they are when they come in), or a function, `o => resnet9({ ...o, width: 16 })`;
 * - a LayersModel is trained as it is;
 * - a body, which ends in features, gets a new head ({@link add_head}); so does a model with `cut`, from there on. The body is frozen at first, which is said:
 * `fine_tune` trains the head alone and then all.
 *
 * The loss is cross-entropy for classes, binary cross-entropy for several labels, mean squared error for values, such as points. Metrics are accuracy,
 * or the root of the mean squared error, unless given. What was chosen is said in a line. `seed` decides the initial weights too.
 *
 * Source: fastai's `vision_learner`.
 *
 * @throws TypeError for data of another kind, what is no model, or an unknown option; RangeError for samples that are no pictures; as
 * {@link create_body}, {@link add_head} and {@link Learner} do
 * @example
 * const learn = vision_learner(await datasets.mnist({ seed: 1 }), o => resnet9({ ...o, width: 8 }), { seed: 1 })
 * await learn.fit_one_cycle(1, 1e-2)
 */
export function vision_learner(data: DataBunch, arch: VisionArch, options: VisionLearnerOptions = {}): VisionLearner {
  const { n_in, sides } = pictureData('vision_learner', data)
  checkOptions<VisionLearnerOptions>('vision_learner', options, visionLearnerKinds)
  const { cut, y_range, lin_ftrs, ps, concat_pool, ...rest } = options
  const n_out = data.c ?? data.targetShape[0] ?? 1
  if (data.targetShape.length > (data.target === 'class' ? 0 : 1))
    throw rangeError(
      'pixel-targets',
      `vision_learner answers for whole pictures, but the targets are of the shape [${data.targetShape}]: unet_learner answers for each pixel.`,
    )
  const seed = rest.seed === undefined ? undefined : new Random(rest.seed).fork('vision_learner').int(2 ** 30)
  const made = modelOf(arch, { n_in, n_out, seed, isSmall: Math.max(...sides) <= small, cut, lin_ftrs, ps, concat_pool })
  const net = y_range ? ranged(made.net, y_range) : made.net
  const make = () => new VisionLearner(data, net, { ...rest, metrics: options.metrics ?? metricsFor(data) })
  // What is the caller's is the caller's to dispose.
  const learn = made.own ? orDispose(net, make) : make()
  if (made.body) learn.freeze()
  const frozen = made.body ? '; the body is frozen, until unfreeze() or fine_tune()' : ''
  learn.log(`vision_learner: ${made.what}, pictures of ${sides.join(' x ')} x ${n_in}; ${describe(learn)}${frozen}.`)
  return learn
}

interface Asked extends HeadOptions {
  readonly n_in: number
  readonly n_out: number
  readonly seed: number | undefined
  readonly isSmall: boolean
  readonly cut: string | number | undefined
}

function modelOf(arch: VisionArch, asked: Asked): { net: LayersModel; what: string; own: boolean; body: boolean } {
  const { n_in, n_out, seed, cut, isSmall, ...head } = asked
  if (typeof arch === 'object' && isLayersModel(arch)) {
    const body = cut === undefined ? arch : create_body(arch, cut)
    if (cut === undefined && !isBody(arch)) return { net: arch, what: arch.name, own: false, body: false }
    const { lin_ftrs, ps, concat_pool } = head
    const net = add_head(body, { n_out, seed, lin_ftrs, ps, concat_pool })
    return { net, what: `${body.name} with a new head`, own: false, body: true }
  }
  const make = typeof arch === 'string' && Object.hasOwn(named, arch) ? named[arch] : arch
  if (typeof make !== 'function')
    throw typeError(
      'wrong-argument',
      `vision_learner takes a maker of models, such as resnet18, a name (${Object.keys(named).join(', ')}), or a LayersModel, but got ${show(arch)}.`,
    )
  if (cut !== undefined)
    throw typeError('one-or-other', 'cut is of a trained LayersModel, but vision_learner got what makes a new one.')
  const stem = make === resnet18 || make === resnet34 ? { stem: isSmall ? ('small' as const) : ('large' as const) } : {}
  const net = make({ n_in, n_out, seed, ...stem })
  if (!isLayersModel(net)) throw typeError('not-a-model', `What vision_learner got made ${show(net)}; expected a LayersModel.`)
  const what = stem.stem ? `${net.name} with a ${stem.stem} stem` : net.name
  return isBody(net)
    ? { net: add_head(net, { n_out, seed, ...head }), what: `${what} with a head`, own: true, body: false }
    : { net, what, own: true, body: false }
}

function ranged(net: LayersModel, [low, high]: Range): LayersModel {
  const outputs = new SigmoidRange({ low, high, name: 'range' }).apply(net.outputs[0]!) as SymbolicTensor
  return beginGroups(model({ inputs: net.inputs, outputs, name: net.name }), groupStarts(net))
}

keepNames({ vision_learner })
