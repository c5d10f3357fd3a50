import { type HyperParameters, StockOptimizer as StockHyperParameters } from '@onecycle/callbacks'
import { withAnswers } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { checkGradients } from './check-gradients.js'
import { foreignNames } from './foreign-names.js'
import { Optimizer, type OptimizerFactory, type OptimizerOptions, unknownHyper } from './optimizer.js'
import type { OptimizerState } from './optimizer-state.js'
import { byName, checkGroups, type Groups, type Parameter } from './parameter.js'
import type { NamedTensor } from './stock-state.js'

/**
 * Lets a Learner train with one of TensorFlow.js's own optimizers. What they cannot do is refused, not ignored:
 *
 * - one layer group only, and no weight decay;
 * - `lr` can be changed in all of them, momentum in Momentum, Adam, Adamax and RMSProp;
 * - their step count is common to all parameters, so one that was frozen is not treated as new later;
 * - Adamax cannot save its state: a checkpoint has the weights alone, and lr_find, which puts all back, is refused.
 *
 * @throws Error for an optimizer of an unknown class. The factory throws RangeError for several layer groups or weight decay, and Error
 * for an optimizer that has trained another model, or was disposed.
 * @example
 * const learn = new Learner(data, model, { optimizer: stock(tf.train.momentum(0.1, 0.9)) })
 */
export function stock(optimizer: tf.Optimizer): OptimizerFactory {
  const hyper = new StockHyperParameters(optimizer)
  return (groups, options) => new StockOptimizer(optimizer, hyper, groups, options)
}

/** The weights whose steps an optimizer remembers by their places; none once it was disposed. */
const remembered = new WeakMap<tf.Optimizer, readonly tf.Variable[]>()

class StockOptimizer extends withAnswers(Optimizer, foreignNames) {
  static override readonly name: string = 'StockOptimizer'
  readonly groups = 1
  readonly names: readonly string[]
  readonly rule: string
  readonly #ownRate: number
  readonly #optimizer: tf.Optimizer
  readonly #hyper: HyperParameters
  #parameters: readonly Parameter[]

  constructor(optimizer: tf.Optimizer, hyper: HyperParameters, groups: Groups, { wd }: OptimizerOptions = {}) {
    super()
    this.rule = `tf.train ${optimizer.getClassName()}`
    if ([wd ?? 0].flat().some(value => value !== 0))
      throw new RangeError(`${this.rule} has no weight decay: leave wd out, or use an optimizer of this package, such as adam().`)
    this.#optimizer = optimizer
    this.#hyper = hyper
    this.names = hyper.names
    this.#ownRate = hyper.get('lr')[0]!
    this.#parameters = onlyGroup(this.rule, groups)
    this.#checkOwn()
  }

  override get ownRate(): number {
    return this.#ownRate
  }

  get(name: string): readonly number[] {
    if (!this.names.includes(name))
      throw unknownHyper(this.rule, name, this.names, 'Use an optimizer of this package to change more.')
    return this.#hyper.get(name)
  }

  protected assign(name: string, values: readonly number[]): void {
    this.#hyper.set(name, values)
  }

  step(grads: Readonly<Record<string, tf.Tensor>>): void {
    checkGradients(byName(this.#parameters), grads)
    this.#checkOwn()
    if (!remembered.has(this.#optimizer))
      remembered.set(
        this.#optimizer,
        this.#parameters.map(({ variable }) => variable),
      )
    // Its state is by position: every parameter keeps its place in the list, one without a gradient too.
    const list = this.#parameters.map(({ name, variable }) => ({ name: variable.name, tensor: grads[name]! }))
    this.#optimizer.applyGradients(list)
  }

  async state(): Promise<OptimizerState> {
    const hyper = Object.fromEntries(this.names.map(name => [name, [...this.get(name)]]))
    const { saveWeights } = await import('./stock-state.js')
    const parameters = await saveWeights(this.#parameters, await this.#weights(), await this.#corrections())
    return { rule: this.rule, hyper, parameters }
  }

  async load(state: OptimizerState): Promise<void> {
    const { checkSaved, loadWeights } = await import('./stock-state.js')
    checkSaved(state, this.rule, this.names, this.#parameters)
    const old = await this.#weights()
    for (const name of this.names) this.set(name, state.hyper[name]!)
    const weights = loadWeights(this.#parameters, state.parameters)
    await this.#optimizer.setWeights(weights)
    this.#correct(state.parameters[this.#parameters[0]!.name]?.numbers)
    tf.dispose([...old, ...weights].map(({ tensor }) => tensor))
  }

  regroup(groups: Groups): void {
    const parameters = onlyGroup(this.rule, groups)
    if (parameters.map(({ name }) => name).join() !== this.#parameters.map(({ name }) => name).join())
      throw new RangeError(`${this.rule} keeps its state by position: its parameters cannot change.`)
    this.#parameters = parameters
  }

  clear(): Promise<void> {
    const hyper = Object.fromEntries(this.names.map(name => [name, this.get(name)]))
    return this.load({ rule: this.rule, hyper, parameters: {} })
  }

  dispose(): void {
    this.#optimizer.dispose()
    remembered.set(this.#optimizer, [])
    // Momentum inherits this scalar from SGD and forgets it.
    if (this.#isA('Momentum')) (this.#optimizer as unknown as { c: tf.Scalar }).c.dispose()
  }

  #checkOwn(): void {
    const known = remembered.get(this.#optimizer)
    if (!known || this.#parameters.every(({ variable }, i) => known[i] === variable)) return
    throw new Error(
      known.length === 0
        ? `This ${this.rule} was disposed together with a Learner: make a new one.`
        : `This ${this.rule} has trained another model, whose steps it remembers: make one for each model, or pass the name of one of ours, ` +
            "such as 'adam', of which each Learner makes its own.",
    )
  }

  // `instanceof` tells nothing: TensorFlow.js makes it true of any object with an optimizer's methods.
  #isA(...classes: string[]): boolean {
    return classes.includes(this.#optimizer.getClassName())
  }

  /** How far Adam corrects the bias of its means: a product over the betas of all steps, which its own weights leave out. */
  get #products(): Partial<Record<'accBeta1' | 'accBeta2', tf.Variable>> {
    const { accBeta1, accBeta2 } = this.#optimizer as unknown as Record<'accBeta1' | 'accBeta2', tf.Variable>
    return this.#isA('Adam') ? { accBeta1, accBeta2 } : {}
  }

  async #corrections(): Promise<Record<string, number>> {
    const reading = Object.entries(this.#products).map(async ([name, product]) => [name, (await product.data())[0]!] as const)
    return Object.fromEntries(await Promise.all(reading))
  }

  #correct(numbers: Readonly<Record<string, number>> = {}): void {
    for (const [name, product] of Object.entries(this.#products)) {
      const value = numbers[name]
      if (value !== undefined) tf.tidy(() => product.assign(tf.scalar(value)))
    }
  }

  async #weights(): Promise<NamedTensor[]> {
    if (this.#isA('Adamax'))
      throw new Error(
        'tf.train.adamax cannot save or load its state, so lr_find cannot put it back either: use adamax() of this package.',
      )
    return this.#optimizer.getWeights()
  }
}

function onlyGroup(rule: string, groups: Groups): readonly Parameter[] {
  checkGroups(groups)
  if (groups.length > 1)
    throw new RangeError(
      `${rule} has one learning rate for all parameters, so it cannot serve ${groups.length} layer groups: use one group, or an optimizer of this package, such as adam().`,
    )
  return groups[0]!
}
