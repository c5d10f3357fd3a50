import { plainError, show, typeError } from '@onecycle/platform'
import { keep, type Optimizer, type Scalar, scalar } from '@tensorflow/tfjs-core'
import { checkHyper } from '../check-hyper.js'
import type { HyperParameters } from '../training-state.js'

/** What tfjs's `model.fit` accepts as a callback: a plain object with some of these methods. */
export interface KerasCallback {
  onTrainBegin?: (logs?: Record<string, number>) => void
  onTrainEnd?: (logs?: Record<string, number>) => void
  onEpochBegin?: (epoch: number, logs?: Record<string, number>) => void
  onBatchBegin?: (batch: number, logs?: Record<string, number>) => void
  onBatchEnd?: (batch: number, logs?: Record<string, number>) => void
}

/** The fields of tfjs's optimizers, which TypeScript hides though they are how a rate is read. */
interface Fields {
  learningRate: number
  setLearningRate(value: number): void
  momentum: number
  m: Scalar
  beta1: number
  beta2: number
  decay: number
  epsilon: number
}

interface Access {
  get: (opt: Fields) => number
  set: (opt: Fields, value: number) => void
}

const field = (name: 'learningRate' | 'momentum' | 'beta1' | 'beta2' | 'decay' | 'epsilon'): Access => ({
  get: opt => opt[name],
  set: (opt, value) => {
    opt[name] = value
  },
})

/** SGD multiplies by a tensor made from the rate: the field alone changes nothing. */
const sgdRate: Access = { get: opt => opt.learningRate, set: (opt, value) => opt.setLearningRate(value) }

/** Momentum is read from the tensor `m`, which `setMomentum` leaves as it was. */
const momentum: Access = {
  get: opt => opt.momentum,
  set: (opt, value) => {
    if (opt.momentum === value) return
    opt.m.dispose()
    opt.m = keep(scalar(value))
    opt.momentum = value
  },
}

const adaptive = { lr: field('learningRate'), mom: field('beta1'), sqr_mom: field('beta2'), eps: field('epsilon') }

const access: Record<string, Record<string, Access>> = {
  SGD: { lr: sgdRate },
  Momentum: { lr: sgdRate, mom: momentum },
  RMSProp: { lr: field('learningRate'), mom: field('momentum'), sqr_mom: field('decay'), eps: field('epsilon') },
  Adam: adaptive,
  Adamax: adaptive,
  Adagrad: { lr: field('learningRate') },
  // Its two running means are fed alike and cancel out: rho and epsilon change nothing.
  Adadelta: { lr: field('learningRate') },
}

/**
 * The hyper-parameters of one of tfjs's own optimizers, all variables in one layer group. `mom` is momentum or Adam's beta1,
 * `sqr_mom` is beta2 or RMSProp's decay. Works where tfjs's own setters do nothing (momentum).
 * @throws Error for an optimizer that is not tfjs's, and for a hyper-parameter that the optimizer cannot change; RangeError for a value out of
 * range.
 *
 * @example
 * const opt = new StockOptimizer(tf.train.momentum(0.1, 0.9))
 * opt.set('mom', 0.85)
 */
export class StockOptimizer implements HyperParameters {
  static readonly name: string = 'StockOptimizer'
  readonly groups = 1
  readonly names: readonly string[]
  readonly #opt: Fields
  readonly #kind: string
  readonly #access: Record<string, Access>

  constructor(optimizer: Optimizer | undefined) {
    if (!optimizer)
      throw plainError('not-compiled', 'The model has no optimizer yet. Call model.compile({ optimizer, loss }) first.')
    if (typeof optimizer.getClassName !== 'function')
      throw typeError(
        'wrong-argument',
        `A StockOptimizer is of one of TensorFlow.js's own, such as tf.train.sgd(0.1), but got ${show(optimizer)}.`,
      )
    this.#kind = optimizer.getClassName()
    const known = Object.hasOwn(access, this.#kind) ? access[this.#kind] : undefined
    if (!known)
      throw plainError(
        'stock-optimizer',
        `${this.#kind} is not an optimizer of TensorFlow.js, so it is not known how to change its learning rate. ` +
          `Known are: ${Object.keys(access).join(', ')}.`,
      )
    this.#opt = optimizer as unknown as Fields
    this.#access = known
    this.names = Object.keys(known)
  }

  get(name: string): readonly number[] {
    return [this.#accessOf(name).get(this.#opt)]
  }

  set(name: string, value: number | readonly number[]): void {
    const values = Array.isArray(value) ? value : [value]
    if (values.length !== 1)
      throw plainError(
        'stock-optimizer',
        `A stock ${this.#kind} optimizer has one layer group, but was given ${values.length} values for ${name}.`,
      )
    const access = this.#accessOf(name)
    checkHyper(name, values[0])
    access.set(this.#opt, values[0]!)
  }

  #accessOf(name: string): Access {
    const found = Object.hasOwn(this.#access, name) ? this.#access[name] : undefined
    if (found) return found
    throw plainError(
      'unknown-hyper',
      `A stock ${this.#kind} optimizer has no ${typeof name === 'string' ? name : show(name)} to change, only ${this.names.join(', ')}. ` +
        `Leave it out, or use an optimizer that has it.`,
    )
  }
}
