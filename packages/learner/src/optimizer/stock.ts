import { type HyperParameters, StockOptimizer as StockHyperParameters } from '@onecycle/callbacks'
import { plainError, rangeError, withAnswers } from '@onecycle/platform'
import type * as tf from '@tensorflow/tfjs-core'
import { checkGradients } from './check-gradients.js'
import { foreignNames } from './foreign-names.js'
import { isA } from './is-a.js'
import { Optimizer, type OptimizerFactory, type OptimizerOptions, unknownHyper } from './optimizer.js'
import type { OptimizerState } from './optimizer-state.js'
import { byName, checkGroups, type Groups, type Parameter } from './parameter.js'

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
      throw rangeError(
        'stock-optimizer',
        `${this.rule} has no weight decay: leave wd out, or use an optimizer of this package, such as adam().`,
      )
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
    const { saveState } = await import('./stock-state.js')
    return { rule: this.rule, hyper, parameters: await saveState(this.#optimizer, this.#parameters) }
  }

  async load(state: OptimizerState): Promise<void> {
    const { checkSaved, loadState } = await import('./stock-state.js')
    checkSaved(state, this.rule, this.names, this.#parameters)
    await loadState(this.#optimizer, this.#parameters, state.parameters, () => {
      for (const name of this.names) this.set(name, state.hyper[name]!)
    })
  }

  regroup(groups: Groups): void {
    const parameters = onlyGroup(this.rule, groups)
    if (parameters.map(({ name }) => name).join() !== this.#parameters.map(({ name }) => name).join())
      throw rangeError('stock-optimizer', `${this.rule} keeps its state by position: its parameters cannot change.`)
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
    if (isA(this.#optimizer, 'Momentum')) (this.#optimizer as unknown as { c: tf.Scalar }).c.dispose()
  }

  #checkOwn(): void {
    const known = remembered.get(this.#optimizer)
    if (!known || this.#parameters.every(({ variable }, i) => known[i] === variable)) return
    throw plainError(
      'optimizer-in-use',
      known.length === 0
        ? `This ${this.rule} was disposed together with a Learner: make a new one.`
        : `This ${this.rule} has trained another model, whose steps it remembers: make one for each model, or pass the name of one of ours, ` +
            "such as 'adam', of which each Learner makes its own.",
    )
  }
}

function onlyGroup(rule: string, groups: Groups): readonly Parameter[] {
  checkGroups(groups)
  if (groups.length > 1)
    throw rangeError(
      'stock-optimizer',
      `${rule} has one learning rate for all parameters, so it cannot serve ${groups.length} layer groups: use one group, or an optimizer of this package, such as adam().`,
    )
  return groups[0]!
}
