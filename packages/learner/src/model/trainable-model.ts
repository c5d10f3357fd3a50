import '#learner/orthogonal.js'
import type { Tensors } from '@onecycle/callbacks'
import type { Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { LayersModel as LayersModelClass } from '@tensorflow/tfjs-layers'
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js'
import './random-layers.js'
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
  /** The variables that training changes, as long as their own `trainable` is true. */
  readonly trainableWeights: readonly (Variable | LayerVariable)[]
  /** All variables that make up the model's state, such as running statistics. Default: the trainable ones. */
  readonly weights?: readonly (Variable | LayerVariable)[]
  /** Names of the inputs, in the order in which `apply` takes them. Without, inputs come in the order in which the data was written. */
  readonly inputNames?: readonly string[]
  /** Shapes of the inputs of `predict`, batch axis included. Default: those of the data's inputs. */
  readonly inputShapes?: readonly (readonly (number | null)[])[]
  dispose?(): unknown
}

/** What a Learner can train: a tfjs `LayersModel` (a `Sequential` is one), or any object of that shape. */
export type Model = LayersModel | TrainableModel

export function isLayersModel(model: Model | Layer): model is LayersModel {
  return model instanceof LayersModelClass
}

/** The variable behind a layer's weight; plain variables are passed through. */
export function variableOf(weight: Variable | LayerVariable): Variable {
  return 'read' in weight ? (weight.read() as Variable) : weight
}

/** A layer of a model. */
export type Layer = LayersModel['layers'][number]
