import { checkHyper } from '@onecycle/callbacks/internal'
import { checkOptions, kind, plainError, typeError, withAnswers } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import type { Algebra } from './algebra.js'
import { checkGradients } from './check-gradients.js'
import { foreignNames } from './foreign-names.js'
import { type FusedStep, fusedSteps, fusedUpdate } from './fused.js'
import { Optimizer, type OptimizerOptions, optimizerKinds, unknownHyper } from './optimizer.js'
import type { OptimizerState, SavedParameter } from './optimizer-state.js'
import { byName, checkGroups, type Groups, type Parameter } from './parameter.js'
import { applyRule, type Hyper, initialState, type ParameterState, type Rule } from './rule.js'
import { tensorAlgebra } from './tensor-algebra.js'

/** A factory that also shows its rule, so that other rules can be built around it. */
export interface RuleFactory {
  (groups: Groups, options?: OptimizerOptions): Optimizer
  readonly rule: Rule
}

/**
 * The factory of optimizers that follow a rule of your own. A rule is written once, against {@link Algebra}, and is the same
 * on tensors and on float64 arrays.
 *
 * @throws TypeError for what is no rule; RangeError when one of its hyper-parameters is out of range; Error when two transforms share the name of a slot.
 * @example
 * const sign: Transform = { name: 'sign', update: (on, step) => ({ ...step, gradient: on.div(step.gradient, on.abs(step.gradient)) }) }
 * const signSgd = ruleFactory({ name: 'sign sgd', hyper: { lr: 1e-3, wd: 0 }, transforms: [sign, descend] })
 */
export function ruleFactory(rule: Rule): RuleFactory {
  checkOptions<Rule>('ruleFactory', rule, {
    name: kind.string,
    hyper: kind.object,
    ownRate: kind.number,
    transforms: kind.listOf(kind.object),
  })
  for (const part of ['name', 'hyper', 'transforms'] as const)
    if (rule[part] === undefined)
      throw typeError('optimizer-rule', `ruleFactory was given a rule without ${part}; it needs name, hyper and transforms.`)
  for (const [name, value] of Object.entries(rule.hyper)) checkHyper(name, value)
  const slots = rule.transforms.flatMap(transform => Object.keys(transform.slots ?? {}))
  const twice = slots.find((slot, i) => slots.indexOf(slot) < i)
  if (twice)
    throw plainError('optimizer-rule', `Two transforms of ${rule.name} keep a slot ${twice}: they would overwrite each other.`)
  return Object.assign((groups: Groups, options?: OptimizerOptions) => new RuleOptimizer(rule, groups, options), { rule })
}

/** Runs a {@link Rule} on the variables of a model. State is kept by parameter, as kept tensors. */
class RuleOptimizer extends withAnswers(Optimizer, foreignNames) {
  static override readonly name: string = 'RuleOptimizer'
  readonly names: readonly string[]
  readonly #rule: Rule
  readonly #decayAll: boolean
  #groups: Groups = []
  #parameters = byName([])
  #hyper: Hyper[] = []
  // Parameters that have left the groups keep their state, and are saved with it.
  readonly #known = new Map<string, Parameter>()
  #states = new Map<string, ParameterState<tf.Tensor>>()
  #disposed = false

  constructor(rule: Rule, groups: Groups, options: OptimizerOptions = {}) {
    super()
    checkOptions<OptimizerOptions>(`The optimizer ${rule.name}`, options, optimizerKinds)
    const { wd, wd_bn_bias = false } = options
    this.#rule = rule
    this.#decayAll = wd_bn_bias
    this.names = Object.keys(rule.hyper)
    this.#hyper = [rule.hyper]
    this.regroup(groups)
    if (wd !== undefined) this.set('wd', wd)
  }

  get rule(): string {
    return this.#rule.name
  }

  override get ownRate(): number | undefined {
    return this.#rule.ownRate
  }

  get groups(): number {
    return this.#groups.length
  }

  get(name: string): readonly number[] {
    if (!this.names.includes(name)) throw unknownHyper(this.rule, name, this.names, noMomentum(name))
    return this.#hyper.map(hyper => hyper[name]!)
  }

  protected assign(name: string, values: readonly number[]): void {
    this.#hyper = this.#hyper.map((hyper, group) => ({ ...hyper, [name]: values[group]! }))
  }

  step(grads: Readonly<Record<string, tf.Tensor>>): void {
    if (this.#disposed) throw plainError('optimizer-disposed', `This ${this.rule} optimizer was disposed: make a new one.`)
    checkGradients(this.#parameters, grads)
    tf.tidy(() => {
      const on = tensorAlgebra()
      const asked: (FusedStep & { readonly name: string; readonly state: ParameterState<tf.Tensor> })[] = []
      for (const [group, parameters] of this.#groups.entries()) {
        const hyper = this.#hyper[group]!
        for (const { name, variable, kind } of parameters) {
          const gradient = grads[name]
          if (!gradient) continue
          const state = this.#states.get(name) ?? this.#begin(on, name, variable)
          const decays = this.#decayAll || kind === 'weight'
          asked.push({ name, state, parameter: variable, gradient, slots: state.slots, hyper, decays, steps: state.steps + 1 })
        }
      }
      const together = fusedSteps(this.rule, asked)
      const fused = fusedUpdate(this.rule)
      for (const step of asked) {
        if (together || fused?.(step)) this.#states.set(step.name, { ...step.state, steps: step.steps })
        else this.#stepComposed(on, step.name, step.state, step)
      }
    })
  }

  #stepComposed(on: Algebra<tf.Tensor>, name: string, state: ParameterState<tf.Tensor>, step: FusedStep): void {
    const { parameter, gradient, hyper, decays, steps } = step
    const next = applyRule(on, this.#rule, state, { parameter: parameter as tf.Tensor, gradient, hyper, decays })
    const slots = replaceSlots(state.slots, next.slots, [gradient, parameter])
    this.#states.set(name, { steps, numbers: next.numbers, slots })
    parameter.assign(next.parameter)
  }

  #begin(on: Algebra<tf.Tensor>, name: string, variable: tf.Variable): ParameterState<tf.Tensor> {
    const state = initialState(on, this.#rule, variable as tf.Tensor)
    for (const tensor of Object.values(state.slots)) tf.keep(tensor)
    this.#states.set(name, state)
    return state
  }

  async state(): Promise<OptimizerState> {
    const hyper = Object.fromEntries(this.names.map(name => [name, [...this.get(name)]]))
    const parameters = await Promise.all([...this.#states].map(async ([name, state]) => [name, await save(state)] as const))
    return { rule: this.rule, hyper, parameters: Object.fromEntries(parameters) }
  }

  async load(state: OptimizerState): Promise<void> {
    const { checkState, restored } = await import('./saved-state.js')
    checkState(state, this.#rule, this.groups, this.#known)
    this.clear()
    for (const name of this.names) this.assign(name, state.hyper[name]!)
    for (const [name, saved] of Object.entries(state.parameters)) this.#states.set(name, restored(saved))
  }

  regroup(groups: Groups): void {
    checkGroups(groups)
    const hyperOf = new Map(this.#groups.flatMap((parameters, i) => parameters.map(({ name }) => [name, this.#hyper[i]!])))
    const last = this.#hyper.at(-1)!
    this.#hyper = groups.map(parameters => hyperOf.get(parameters[0]?.name ?? '') ?? last)
    this.#groups = groups
    this.#parameters = byName(groups.flat())
    for (const parameter of groups.flat()) this.#known.set(parameter.name, parameter)
  }

  clear(): void {
    for (const { slots } of this.#states.values()) tf.dispose(slots as Record<string, tf.Tensor>)
    this.#states.clear()
  }

  dispose(): void {
    this.clear()
    this.#disposed = true
  }
}

function noMomentum(name: string): string {
  return name === 'mom' ? 'To schedule momentum, build the optimizer with some: mom: 0.9.' : ''
}

type Slots = ParameterState<tf.Tensor>['slots']

/** Keeps the new slots and frees the old ones. A slot may be what others hold: the gradient, the parameter, or another slot's last value. */
function replaceSlots(old: Slots, next: Slots, others: readonly tf.Tensor[]): Slots {
  const taken = new Set([...others, ...Object.values(old)])
  const slots: Record<string, tf.Tensor> = {}
  for (const name of Object.keys(old)) {
    const slot = next[name]!
    slots[name] = tf.keep(taken.has(slot) && slot !== old[name] ? slot.clone() : slot)
    taken.add(slot)
  }
  for (const name of Object.keys(old)) if (slots[name] !== old[name]) old[name]!.dispose()
  return slots
}

async function save({ steps, numbers, slots }: ParameterState<tf.Tensor>): Promise<SavedParameter> {
  const saved = await Promise.all(
    Object.entries(slots).map(async ([name, tensor]) => {
      const values = (await tensor.data<'float32'>()).slice()
      return [name, { shape: [...tensor.shape], values }] as const
    }),
  )
  return { steps, numbers: { ...numbers }, slots: Object.fromEntries(saved) }
}
