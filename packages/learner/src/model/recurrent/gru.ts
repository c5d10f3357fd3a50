import { checkCount, checkOptions, type Kinds, kind } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { pure } from '../../replay/replayable.js'
import { checkPart } from '../dense-blocks.js'
import { commonKinds, type LayerOptions } from '../layer-kinds.js'
import { readResetAfter } from './read-by-name.js'
import { ResetAfterCell } from './reset-after-cell.js'

/** What `GRU` is given: the options of TensorFlow.js's `layers.gru`. Other defaults than there are Keras's, which are said here. */
export interface GRUOptions extends Omit<Parameters<typeof layers.gru>[0], 'cell'> {
  /** True, which it is by default: what resets before its product is `layers.gru`. */
  resetAfter?: true
  /**
   * Whether the output of a step that a mask leaves out is 0, and not the state, which stays what it was; as Keras 3 has it in each `Bidirectional` that
   * returns all steps. Default false.
   */
  zeroOutputForMask?: boolean
  /** Default 'sigmoid'. */
  recurrentActivation?: NonNullable<Parameters<typeof layers.gru>[0]['recurrentActivation']>
  /** Default 'glorotUniform'. */
  kernelInitializer?: NonNullable<Parameters<typeof layers.gru>[0]['kernelInitializer']>
}

const layerKinds: Kinds<LayerOptions<GRUOptions>> = {
  ...commonKinds,
  ...{ units: kind.number, useBias: kind.boolean, activation: kind.any, recurrentActivation: kind.any },
  ...{ kernelInitializer: kind.any, recurrentInitializer: kind.any, biasInitializer: kind.any },
  ...{ kernelRegularizer: kind.any, recurrentRegularizer: kind.any, biasRegularizer: kind.any },
  ...{ kernelConstraint: kind.any, recurrentConstraint: kind.any, biasConstraint: kind.any },
  ...{ dropout: kind.number, recurrentDropout: kind.number, dropoutFunc: kind.function },
  ...{ returnSequences: kind.boolean, returnState: kind.boolean, goBackwards: kind.boolean, stateful: kind.boolean },
  ...{ unroll: kind.boolean, implementation: kind.number, inputDim: kind.number, inputLength: kind.number },
  zeroOutputForMask: kind.boolean,
  resetAfter: { expected: 'true (layers.gru of TensorFlow.js is the one that resets before)', fits: value => value === true },
}

/**
 * A GRU as Keras 2 and 3, PyTorch and cuDNN compute it: the reset gate takes part of what the state becomes by its weights, and not of the state. TensorFlow.js's
 * `layers.gru` refuses `resetAfter: true`. Input [batch, steps, features], output [batch, units], or [batch, steps, units] with `returnSequences`; all
 * options of `layers.gru` are there, and `layers.bidirectional` takes it too. On wasm all steps are one kernel each way.
 *
 * The weights are Keras's: kernel [features, 3 units], recurrent kernel [units, 3 units], bias [2, 3 units] of inputs and of states, with the gates in the order update,
 * reset, candidate (PyTorch's come in the order reset, update, candidate, and transposed).
 *
 * It is saved as Keras saves it, as `GRU` with `reset_after`. A program that imports this layer reads such files by `loadLayersModel`, and `load_learner` reads
 * them anyway; TensorFlow.js by itself refuses them.
 *
 * Source: Keras's `GRU`; Cho et al. 2014 (arXiv:1406.1078v1).
 *
 * @throws RangeError for numbers out of range; TypeError for an unknown option
 * @example
 * const reads = new GRU({ units: 16, returnSequences: true, inputShape: [20, 4] })
 * sequential({ layers: [reads, layers.bidirectional({ layer: new GRU({ units: 8 }) })] })   // output [batch, 16]
 */
export class GRU extends layers.RNN {
  static override readonly name: string = 'GRU'
  // The name of TensorFlow.js's own: files are Keras's.
  static override readonly className = 'GRU'
  // Within the class: a page that does not use it leaves it out.
  static {
    pure(GRU)
    readGru(GRU)
  }
  declare readonly cell: ResetAfterCell
  readonly #zeroOutputForMask: boolean

  constructor(options: GRUOptions) {
    checkOptions<LayerOptions<GRUOptions>>('GRU', options, layerKinds)
    const { resetAfter, zeroOutputForMask = false, ...given } = options
    const { units, dropout = 0, recurrentDropout = 0 } = given
    checkCount('units of GRU', units)
    checkPart('dropout of GRU', dropout)
    checkPart('recurrentDropout of GRU', recurrentDropout)
    const { recurrentActivation = 'sigmoid', kernelInitializer = 'glorotUniform', ...rest } = given
    super({ ...rest, cell: new ResetAfterCell({ ...rest, recurrentActivation, kernelInitializer }) })
    this.#zeroOutputForMask = zeroOutputForMask
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { mask?: tf.Tensor | null } | null): tf.Tensor | tf.Tensor[] {
    this.cell.dropMasks()
    const mask = kwargs?.mask
    if (!mask || !this.#zeroOutputForMask || !this.returnSequences) return super.call(inputs, kwargs ?? {})
    return tf.tidy(() => {
      const [y, ...states] = [super.call(inputs, kwargs)].flat() as [tf.Tensor3D, ...tf.Tensor[]]
      // As floats: of bytes, as truths are on wasm, TensorFlow.js's kernel would turn round four times as many.
      const counts = tf.cast(tf.cast(tf.reshape(mask, [...y.shape.slice(0, 2), 1]), 'bool'), 'float32')
      const taken = tf.cast(this.goBackwards ? tf.reverse(counts, 1) : counts, 'bool')
      const shown = tf.where(taken, y, tf.zerosLike(y))
      return this.returnState ? [shown, ...states] : shown
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...(this.#zeroOutputForMask && { zeroOutputForMask: true }) }
  }

  /** Of a JSON of Keras's as well: what decides nothing here is left out. */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return new cls(Object.fromEntries(Object.entries(config).filter(([name, value]) => !saysNothing(name, value))))
  }
}

/** Keras's seed is of its own dropout, and its dtype may be a policy; an activation of null is none. */
function saysNothing(name: string, value: unknown): boolean {
  if (name === 'seed' || name === 'useCudnn' || (name === 'dtype' && typeof value !== 'string')) return true
  if (name === 'timeMajor') return value === false
  return value === null && !/activation$/i.test(name)
}

function readGru(Own: typeof GRU): void {
  readResetAfter('GRU', config => Own.fromConfig(Own, config))
  readResetAfter('GRUCell', config => new ResetAfterCell(config as never))
}

/** As importing this does; again, should a program have registered a class of its own under the name meanwhile. */
export function registerGru(): void {
  readGru(GRU)
}
