import { checkCount, checkOptions, type Kinds, keepNames, kind, Random, rangeError, show, typeError } from '@onecycle/platform'
import { type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { batchNorm, checkPart, dense } from '../dense-blocks.js'
import { beginGroups, groupStarts } from '../group-starts.js'
import { isLayersModel } from '../trainable-model.js'
import { through } from './conv-norm.js'
import { isBody } from './create-body.js'

/** How a head answers: sizes of the layers between, their dropout, and how features are pooled. */
export interface HeadOptions {
  /** Units of the layers before the last one. Default [512]. */
  lin_ftrs?: readonly number[] | undefined
  /** Part that dropout leaves out before the last layer; half of it before others. Default 0.5. */
  ps?: number | undefined
  /** Whether the highest figure of each channel is taken beside the mean. Default true. */
  concat_pool?: boolean | undefined
}

export const headKinds: Kinds<HeadOptions> = {
  ...{ lin_ftrs: kind.listOf(kind.number), ps: kind.number, concat_pool: kind.boolean },
}

/** What `add_head` is given: outputs, layers between, and the seed of the weights. */
export interface AddHeadOptions extends HeadOptions {
  /** Classes, or values. */
  n_out: number
  /** Seed of its initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

/**
 * A body with a head that answers: mean and maximum of each channel, and then batch norm, dropout and a dense layer, twice. Output [batch, n_out] logits.
 * The head is a layer group of its own, after those of the body.
 *
 * Source: fastai's `create_head`.
 *
 * @param body ends in features [batch, height, width, channels], as {@link create_body} gives it
 * @throws TypeError for what is no LayersModel, or an unknown option; RangeError for one that does not end in features, and numbers out of range
 * @example
 * const model = add_head(create_body(resnet18({ n_out: 10, width: 8 })), { n_out: 3, seed: 1 })
 */
export function add_head(body: LayersModel, options: AddHeadOptions): LayersModel {
  if (!isLayersModel(body)) throw typeError('not-a-model', `add_head takes a LayersModel, but got ${show(body)}.`)
  checkOptions<AddHeadOptions>('add_head', options, { n_out: kind.number, seed: kind.any, ...headKinds })
  const { n_out, seed, lin_ftrs = [512], ps = 0.5, concat_pool = true } = options
  for (const [i, units] of [n_out, ...lin_ftrs].entries()) checkCount(i === 0 ? 'n_out' : `lin_ftrs[${i - 1}]`, units)
  checkPart('ps of a head', ps)
  if (!isBody(body))
    throw rangeError(
      'body-of-model',
      `add_head: ${body.name} does not end in features [batch, height, width, channels]: create_body(model).`,
    )
  const random = seed === undefined ? undefined : new Random(seed).fork('head')
  const features = body.outputs[0]!
  const mean = through(features, layers.globalAveragePooling2d({ name: 'head_mean' }))
  const highest = () => through(features, layers.globalMaxPooling2d({ name: 'head_max' }))
  let x = concat_pool ? (layers.concatenate({ name: 'head_pool' }).apply([highest(), mean]) as SymbolicTensor) : mean
  for (const [i, units] of lin_ftrs.entries()) {
    const n = i + 1
    x = through(x, ...left(`${n}`, ps / 2), dense(units, `head_${n}`, random, { activation: 'relu', useBias: false }))
  }
  x = through(x, ...left(`${lin_ftrs.length + 1}`, ps), dense(n_out, 'head', random))
  const net = model({ inputs: body.inputs, outputs: x, name: body.name.replace(/_body$/, '') })
  return beginGroups(net, [...groupStarts(body), 'head_norm_1'])
}

function left(n: string, rate: number): layers.Layer[] {
  return [batchNorm(`head_norm_${n}`), ...(rate > 0 ? [layers.dropout({ rate, name: `head_dropout_${n}` })] : [])]
}

keepNames({ add_head })
