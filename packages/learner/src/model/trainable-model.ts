import type { Tensors } from '@onecycle/callbacks'
import { Tensor, Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { LayersModel as LayersModelClass } from '@tensorflow/tfjs-layers'
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js'
import './tensor-methods.js'

/**
 * A model that is not a tfjs `LayersModel`: anything that maps a batch to predictions and owns trainable variables.
 *
 * @example
 * const w = tf.variable(tf.zeros([4, 1]), true, 'w')
 * const linear: TrainableModel = { apply: x => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), trainableWeights: [w] }
 */
export interface TrainableModel {
  /** Predictions for a batch. With `training: true`, dropout is active and batch norm uses the batch's own statistics. */
  apply(x: Tensors, options: { training: boolean }): Tensors
  /** The variables that training changes. */
  readonly trainableWeights: readonly (Variable | LayerVariable)[]
  /** All variables that make up the model's state, such as running statistics. Default: the trainable ones. */
  readonly weights?: readonly (Variable | LayerVariable)[]
  /** Names of the inputs, in the order in which `apply` takes them. Without, inputs come in the order in which the data was written. */
  readonly inputNames?: readonly string[]
  dispose?(): unknown
}

/** What a Learner can train: a tfjs `LayersModel` (a `Sequential` is one), or any object of that shape. */
export type Model = LayersModel | TrainableModel

export function isLayersModel(model: Model): model is LayersModel {
  return model instanceof LayersModelClass
}

/** A model's answer to a batch, in tensors that are the caller's. */
export function predictionsOf(model: Model, x: Tensors, training: boolean): Tensors {
  const pred = model.apply(x as Tensor, { training }) as Tensors
  // A model may answer with what it trains: an image that is painted, say.
  const own = (tensor: Tensor) => (tensor instanceof Variable ? tensor.clone() : tensor)
  return pred instanceof Tensor ? own(pred) : pred.map(own)
}

/** The variable behind a layer's weight; plain variables are passed through. */
export function variableOf(weight: Variable | LayerVariable): Variable {
  return 'read' in weight ? (weight.read() as Variable) : weight
}

/** A layer of a model. */
export type Layer = LayersModel['layers'][number]

/** The layers of a model in its order, those of nested models in place of these. A layer that is used twice may come twice. */
export function leafLayers(layer: Layer): Layer[] {
  return (layer as Partial<LayersModel>).layers?.flatMap(leafLayers) ?? [layer]
}
