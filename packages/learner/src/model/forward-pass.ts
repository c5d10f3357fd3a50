import type { Tensors } from '@onecycle/callbacks'
import { show, typeError } from '@onecycle/platform'
import { Tensor, Variable } from '@tensorflow/tfjs-core'
import { recorded } from '../gradient/engine.js'
import { CallWithTraining } from './call-with-training.js'
import { CompleteBatchNorm } from './complete-batch-norm.js'
import { fixedTraining } from './fixed-training.js'
import { refuseHiddenVariables } from './hidden-weights.js'
import { isLayer, layersOf } from './layers.js'
import { isNormalization } from './normalization.js'
import type { Layer, Model } from './trainable-model.js'

/** What is on a layer while a pass runs. */
interface Change {
  begin(): void
  end(): void
}

/**
 * Runs a model on a batch, for one Learner: layers that were applied with `training` of their own have it, and those that are held
 * keep their statistics. It is on the layers while a pass runs, and at no other time, so that several Learners can share a model.
 */
export class ForwardPass {
  readonly #model: Model
  readonly #fixed: ReadonlyMap<Layer, boolean>
  readonly #completed: readonly Change[]
  readonly #inUse: readonly Change[]
  #inTraining: readonly Change[] = []
  /** The layers whose `training` is decided while the model trains; the same object as long as it is the same. */
  held: ReadonlyMap<Layer, boolean> | undefined
  /** Whether what runs in training has been looked at. */
  #seen = false

  /** @throws RangeError as {@link fixedTraining}. */
  constructor(model: Model) {
    this.#model = model
    this.#fixed = fixedTraining(model)
    const normalizations = layersOf(model).filter(isNormalization)
    this.#completed = normalizations.flatMap(layer => CompleteBatchNorm.for(layer) ?? [])
    // Elsewhere they run so anyway.
    this.#inUse = [...this.#fixed].flatMap(([layer, training]) => (training ? [new CallWithTraining(layer, true)] : []))
    this.hold([])
  }

  /** Has these layers run as in use while the model trains, and lets all others train again. */
  hold(layers: Iterable<Layer>): void {
    const calls = new Map(this.#fixed)
    for (const layer of layers) calls.set(layer, false)
    const { held } = this
    if (held?.size === calls.size && [...calls].every(([layer, training]) => held.get(layer) === training)) return
    this.held = calls
    this.#inTraining = [...this.#completed, ...[...calls].map(([layer, training]) => new CallWithTraining(layer, training))]
  }

  /**
   * The model's answer to a batch, in tensors that are the caller's.
   *
   * @throws TypeError when it trains for the first time, and computes with variables that are not among its weights.
   */
  run(x: Tensors, training: boolean): Tensors {
    if (this.#seen || !training || !isLayer(this.#model)) return this.#run(x, training)
    const before = recorded().length
    const pred = this.#run(x, training)
    refuseHiddenVariables(this.#model, recorded().slice(before))
    this.#seen = true
    return pred
  }

  #run(x: Tensors, training: boolean): Tensors {
    const changes = training ? this.#inTraining : this.#inUse
    let begun = 0
    try {
      for (; begun < changes.length; begun++) changes[begun]!.begin()
      return answer(this.#model, x, training)
    } finally {
      while (begun > 0) changes[--begun]!.end()
    }
  }
}

function answer(model: Model, x: Tensors, training: boolean): Tensors {
  const pred = model.apply(x as Tensor, { training }) as Tensors
  // A model may answer with what it trains: an image that is painted, say.
  const own = (tensor: Tensor) => (tensor instanceof Variable ? tensor.clone() : tensor)
  if (pred instanceof Tensor) return own(pred)
  if (Array.isArray(pred) && pred.every(part => part instanceof Tensor)) return pred.map(own)
  throw typeError('model-answer', `The model answered with ${show(pred)}; expected a tensor of predictions, or a list of them.`)
}
