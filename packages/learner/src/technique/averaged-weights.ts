import type { Weights } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { weightsOf } from '../model/parameters.js'
import type { Model } from '../model/trainable-model.js'
import { tensorAlgebra } from '../optimizer/tensor-algebra.js'
import { keptTensors, savedTensors } from './saved-tensors.js'

type ByName = Record<string, tf.Tensor>

/** Averages of a model's weights, and those that were trained where the averages stand in the model. */
export interface AveragedWeightsState {
  readonly averages?: Weights
  readonly own?: Weights
}

/** What a callback sets that has averages validated: it puts them in `before_validate`, and the weights that train back `before_epoch`. */
export const validatedWeights = 'the weights that are validated'

/**
 * A running average of all weights of a model, running statistics included, which can stand in the model for a while. One in the model
 * shares its memory with the average, so that no step may be made meanwhile.
 */
export class AveragedWeights {
  #averages: ByName | undefined
  #own: ByName | undefined

  /** Whether there is an average. */
  get begun(): boolean {
    return this.#averages !== undefined
  }

  /** Whether the averages stand in the model. */
  get inPlace(): boolean {
    return this.#own !== undefined
  }

  /** Moves the averages by this share of the way to the model's weights. The first time they are these weights. */
  take(model: Model, share: number): void {
    const averages = this.#averages
    this.#averages = tf.tidy(() => {
      const towards = averages ? mover(share) : copier()
      return Object.fromEntries(floats(model).map(({ name, variable }) => [name, tf.keep(towards(variable, averages?.[name]))]))
    })
    tf.dispose(averages ?? {})
  }

  /** Puts the averages in the place of the weights. */
  putIn(model: Model): void {
    if (!this.#averages || this.#own) return
    this.#own = {}
    for (const { name, variable } of floats(model)) {
      this.#own[name] = tf.keep(variable.clone())
      variable.assign(this.#averages[name]!)
    }
  }

  /** Puts the weights back that the averages stand for, if they do. */
  putBack(model: Model): void {
    if (!this.#own) return
    for (const { name, variable } of floats(model)) variable.assign(this.#own[name]!)
    tf.dispose(this.#own)
    this.#own = undefined
  }

  /** Frees all; what stands in the model stays there. */
  drop(): void {
    tf.dispose([this.#averages ?? {}, this.#own ?? {}])
    this.#averages = this.#own = undefined
  }

  async state(): Promise<AveragedWeightsState> {
    const [averages, own] = await Promise.all([this.#averages, this.#own].map(each => each && savedTensors(each)))
    return { ...(averages && { averages }), ...(own && { own }) }
  }

  restore({ averages, own }: AveragedWeightsState): void {
    this.drop()
    this.#averages = averages && keptTensors(averages)
    this.#own = own && keptTensors(own)
  }
}

const floats = (model: Model) => weightsOf(model).filter(({ variable }) => variable.dtype === 'float32')

/** A kernel of ours, where the backend has it. What both compute leaves weights that stand still as they are, to the bit. */
const kernel = 'MovingAverage'

function mover(share: number): (weight: tf.Tensor, average: tf.Tensor | undefined) => tf.Tensor {
  if (tf.getKernel(kernel, tf.getBackend()))
    return (value, average) => tf.engine().runKernel(kernel, { average: average!, value }, { share })
  const on = tensorAlgebra()
  return (weight, average) => {
    const way = on.sub(average!, weight)
    const part = on.scale(way, share)
    way.dispose()
    const next = on.sub(average!, part)
    part.dispose()
    return next
  }
}

/** Optimizers step in place: a clone would go with them. */
function copier(): (weight: tf.Tensor) => tf.Tensor {
  const on = tensorAlgebra()
  return weight => on.scale(weight, 1)
}
