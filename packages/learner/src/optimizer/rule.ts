import type { Algebra } from './algebra.js'

/** The hyper-parameters of one step of one parameter, by name. */
export type Hyper = Readonly<Record<string, number>>

/** What a rule remembers of one parameter. */
export interface ParameterState<T> {
  /** Steps this parameter has made; a frozen parameter lags behind the others. */
  readonly steps: number
  /** Running values of the parameter's shape, by name. */
  readonly slots: Readonly<Record<string, T>>
  /** Running values that are plain numbers, by name. */
  readonly numbers: Readonly<Record<string, number>>
}

/** One parameter on its way through the transforms of a rule; each returns it with something changed. */
export interface Step<T> extends ParameterState<T> {
  readonly parameter: T
  /** The gradient at first; transforms turn it into the direction that `descend` subtracts. */
  readonly gradient: T
  /** Factor of the direction: `lr` at first. Kept apart from it so that many factors cost one multiplication. */
  readonly rate: number
  /** A further factor of the direction, of one element, that a rule finds for the parameter as a whole. */
  readonly ratio?: T
  readonly hyper: Hyper
  /** Whether weight decay applies to this parameter. */
  readonly decays: boolean
}

/**
 * A named step of a rule: what it remembers, and what it does. Transforms see the step count from 1.
 *
 * Source: optax's gradient transformations (init and update) and fastai 2's optimizer callbacks.
 */
export interface Transform {
  readonly name: string
  /** What this transform remembers, and how it begins: with zeros, or with a copy of the parameter. */
  readonly slots?: Readonly<Record<string, 'zeros' | 'parameter'>>
  /** Plain numbers it remembers, and their first values. */
  readonly numbers?: Readonly<Record<string, number>>
  update<T>(on: Algebra<T>, step: Step<T>): Step<T>
}

/** An optimizer's arithmetic: default hyper-parameters, and the transforms a step runs through in order. */
export interface Rule {
  /** Names this very composition: rules that remember or compute different things have different names. */
  readonly name: string
  /** Hyper-parameters with their first values, `lr` and `wd` always among them. */
  readonly hyper: Hyper
  /** The learning rate where a person chose it: that of fits that name none. */
  readonly ownRate?: number | undefined
  readonly transforms: readonly Transform[]
}

/** The state of a parameter that has not made a step. */
export function initialState<T>(on: Algebra<T>, rule: Rule, parameter: T): ParameterState<T> {
  const slots: Record<string, T> = {}
  const numbers: Record<string, number> = {}
  for (const transform of rule.transforms) {
    for (const [name, first] of Object.entries(transform.slots ?? {}))
      slots[name] = first === 'zeros' ? on.zerosLike(parameter) : on.scale(parameter, 1)
    Object.assign(numbers, transform.numbers)
  }
  return { steps: 0, slots, numbers }
}

/** One step of one parameter: the new parameter and the new state. */
export function applyRule<T>(
  on: Algebra<T>,
  rule: Rule,
  state: ParameterState<T>,
  given: Pick<Step<T>, 'parameter' | 'gradient' | 'hyper' | 'decays'>,
): Step<T> {
  let step: Step<T> = { ...given, rate: given.hyper['lr']!, steps: state.steps + 1, slots: state.slots, numbers: state.numbers }
  for (const transform of rule.transforms) step = transform.update(on, step)
  return step
}

/** `step` with some slots replaced. */
export function withSlots<T>(step: Step<T>, slots: Record<string, T>, rest: Partial<Omit<Step<T>, 'slots'>> = {}): Step<T> {
  return { ...step, ...rest, slots: { ...step.slots, ...slots } }
}
