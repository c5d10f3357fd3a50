import type { HyperParameters } from '@onecycle/callbacks'
import { checkHyper } from '@onecycle/callbacks/internal'
import { type Kinds, kind, rangeError, show } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { OptimizerState } from './optimizer-state.js'
import type { Groups } from './parameter.js'

/** What every optimizer is given: weight decay, and whether biases and batch norm have it too. */
export interface OptimizerOptions {
  /** Weight decay, one value or one per layer group. Default: what the optimizer's own options say. */
  wd?: number | readonly number[]
  /** Whether bias and normalisation parameters decay as well. Default false, as in fastai 2; true is fastai 1's way. */
  wd_bn_bias?: boolean
}

export const optimizerKinds: Kinds<OptimizerOptions> = {
  wd: kind.either(kind.number, kind.listOf(kind.number)),
  wd_bn_bias: kind.boolean,
}

/** Makes an optimizer for the layer groups of a model, first layers first. */
export type OptimizerFactory = (groups: Groups, options?: OptimizerOptions) => Optimizer

/**
 * Changes parameters by their gradients. Hyper-parameters are per layer group and can be set before any step.
 *
 * @example
 * console.log(learn.opt.names)   // ['lr', 'mom', ...]
 * learn.opt.set('lr', 1e-3)
 * console.log(learn.opt.get('lr'))   // [0.001], a rate for each layer group
 */
export abstract class Optimizer implements HyperParameters {
  static readonly name: string = 'Optimizer'
  abstract readonly groups: number
  abstract readonly names: readonly string[]

  /** The name of the update rule, under which state is saved. */
  abstract readonly rule: string

  /** The learning rate that a person gave it when it was made, or one per layer group: that of fits that name none. Default: nobody did. */
  get ownRate(): number | readonly number[] | undefined {
    return undefined
  }

  /** Throws RangeError when the optimizer has no such hyper-parameter. */
  abstract get(name: string): readonly number[]

  /**
   * Sets one value for all layer groups, or one per group.
   *
   * @throws RangeError for a name that the optimizer does not have, a wrong number of values, or a value out of range:
   * `lr`, `wd` and `eps` must be at least 0, `mom` and `sqr_mom` lie in [0, 1).
   */
  set(name: string, value: number | readonly number[]): void {
    this.get(name)
    if (typeof value !== 'number' && !Array.isArray(value))
      throw rangeError('group-rates', `${name} must be a number, or a list with one per layer group, but it is ${show(value)}.`)
    const values = typeof value === 'number' ? new Array<number>(this.groups).fill(value) : [...value]
    if (values.length !== this.groups)
      throw rangeError(
        'group-rates',
        `${name} was given ${values.length} values for ${this.groups} layer groups: give one number, or one per group.`,
      )
    for (const each of values) checkHyper(name, each)
    this.assign(name, values)
  }

  /** Takes values that {@link set} has found valid. */
  protected abstract assign(name: string, values: readonly number[]): void

  /**
   * One step with the gradients given, by parameter name. A parameter without a gradient is left alone, state included.
   * The gradients stay the caller's.
   */
  abstract step(grads: Readonly<Record<string, Tensor>>): void

  /** A copy of everything a later {@link load} needs to go on exactly as this optimizer would. Throws where that cannot be read. */
  abstract state(): Promise<OptimizerState>

  /** Takes over a saved state. Throws, and changes nothing, when it does not fit this optimizer. */
  abstract load(state: OptimizerState): void | Promise<void>

  /** Changes the layer groups. Parameters keep their state, and each group the values its first parameter had. */
  abstract regroup(groups: Groups): void

  /** Forgets what was learned from past gradients; hyper-parameters stay. */
  abstract clear(): void | Promise<void>

  /** Frees what the optimizer holds. The parameters are not touched. */
  abstract dispose(): void
}

/** The error for a hyper-parameter that an optimizer does not have. */
export function unknownHyper(rule: string, name: string, names: readonly string[], hint = ''): RangeError {
  return rangeError(
    'unknown-hyper',
    `The optimizer ${rule} has no hyper-parameter ${typeof name === 'string' ? name : show(name)}. It has: ${names.join(', ')}.${hint && ` ${hint}`}`,
  )
}
