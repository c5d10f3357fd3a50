import { keepNames, rangeError, show, typeError } from '@onecycle/platform'
import { type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { graphOf } from '../graph.js'
import { beginGroups, groupStarts } from '../group-starts.js'
import { isLayersModel, type Layer } from '../trainable-model.js'

/**
 * The part of a model that makes features of pictures, [batch, height, width, channels], without the head that answers: for a `vision_learner` or a
 * `unet` on what was learnt elsewhere. Layers are those of the model, and not copies.
 *
 * Source: fastai's `create_body`.
 *
 * @param given any LayersModel: of ours, of `tf.loadLayersModel`, or `(await load_learner(folder)).model`
 * @param cut the first layer that is left out, by name or position, from the end where it is negative. Default: what comes after the last layer that
 * answers with features
 * @throws TypeError for what is no LayersModel; RangeError for a layer that is not there, or one that is not given features alone
 * @example
 * const body = create_body(await tf.loadLayersModel('file://models/digits/model.json'), 'pool')
 * const learn = vision_learner(data, body)
 */
export function create_body(given: LayersModel, cut?: string | number): LayersModel {
  if (!isLayersModel(given)) throw typeError('not-a-model', `create_body takes a LayersModel, but got ${show(given)}.`)
  const { layers } = given
  const output = cut === undefined ? lastFeatures(given) : (inputOf(layers, cut) as SymbolicTensor | SymbolicTensor[])
  if (Array.isArray(output) || output.shape.length !== 4)
    throw rangeError(
      'body-of-model',
      `create_body: what comes before ${show(cut)} of ${given.name} has the shape [${[output].flat().map(({ shape }) => shape.map(side => side ?? 'any').join())}]; ` +
        'expected features [batch, height, width, channels].',
    )
  const body = model({ inputs: graphOf(given).inputs, outputs: output, name: `${given.name}_body` })
  const own = new Set(body.layers.map(({ name }) => name))
  return beginGroups(
    body,
    groupStarts(given).filter(name => own.has(name)),
  )
}

/** Whether a model ends in features, and not in answers. */
export function isBody({ outputs }: LayersModel): boolean {
  return outputs.length === 1 && outputs[0]!.shape.length === 4
}

function lastFeatures(given: LayersModel): SymbolicTensor {
  const last = given.layers.findLast(layer => !Array.isArray(layer.output) && layer.output.shape.length === 4)
  if (last) return last.output as SymbolicTensor
  throw rangeError(
    'body-of-model',
    `create_body: no layer of ${given.name} answers with features [batch, height, width, channels].`,
  )
}

function inputOf(layers: readonly Layer[], cut: string | number): Layer['input'] {
  const found = typeof cut === 'string' ? layers.find(({ name }) => name === cut) : layers.at(cut)
  if (found && found !== layers[0]) return found.input
  throw rangeError(
    'body-of-model',
    `create_body: cut is ${show(cut)}; expected a layer after the first, by name or position: ${layers.map(({ name }, i) => `${i} ${name}`).join(', ')}.`,
  )
}

keepNames({ create_body })
