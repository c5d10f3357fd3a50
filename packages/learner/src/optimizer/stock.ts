import * as tf from '@tensorflow/tfjs-core'
import { checkGradients } from './check-gradients.js'
import { Optimizer, type OptimizerFactory, type OptimizerOptions, unknownHyper } from './optimizer.js'
import type { OptimizerState } from './optimizer-state.js'
import { checkGroups, type Groups, type Parameter } from './parameter.js'
import { checkSaved, loadWeights, type NamedTensor, saveWeights } from './stock-state.js'

// The field of each class that really takes effect at the next step, by hyper-parameter.
const fields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  SGD: { lr: 'learningRate' },
  Momentum: { lr: 'learningRate', mom: 'momentum' },
  Adam: { lr: 'learningRate', mom: 'beta1', sqr_mom: 'beta2', eps: 'epsilon' },
  Adamax: { lr: 'learningRate', mom: 'beta1', sqr_mom: 'beta2', eps: 'epsilon' },
  RMSProp: { lr: 'learningRate', mom: 'momentum', sqr_mom: 'decay', eps: 'epsilon' },
  Adagrad: { lr: 'learningRate' },
  // Its two running means are fed alike and cancel out: rho and epsilon change nothing.
  Adadelta: { lr: 'learningRate' },
}

/**
 * Lets a Learner train with one of TensorFlow.js's own optimizers. What they cannot do is refused, not ignored:
 *
 * - one layer group only, and no weight decay;
 * - `lr` can be changed in all of them, momentum in Momentum, Adam, Adamax and RMSProp;
 * - their step count is common to all parameters, so one that was frozen is not treated as new later;
 * - Adamax cannot save its state. A loaded Adam corrects its bias as if beta1 and beta2 had always been what they are now.
 *
 * @throws TypeError for an optimizer of an unknown class. The factory throws RangeError for several layer groups or weight decay.
 * @example
 * const learn = new Learner(data, model, { optimizer: stock(tf.train.momentum(0.1, 0.9)) })
 */
export function stock(optimizer: tf.Optimizer): OptimizerFactory {
  const known = fields[optimizer.getClassName()]
  if (!known) throw new TypeError(`stock() knows ${Object.keys(fields).join(', ')} of tf.train, not ${optimizer.getClassName()}.`)
  return (groups, options) => new StockOptimizer(optimizer, known, groups, options)
}

class StockOptimizer extends Optimizer {
  readonly groups = 1
  readonly names: readonly string[]
  readonly rule: string
  readonly #optimizer: tf.Optimizer
  readonly #fields: Readonly<Record<string, string>>
  #parameters: readonly Parameter[]

  constructor(optimizer: tf.Optimizer, known: Readonly<Record<string, string>>, groups: Groups, { wd }: OptimizerOptions = {}) {
    super()
    this.rule = `tf.train ${optimizer.getClassName()}`
    if ([wd ?? 0].flat().some(value => value !== 0))
      throw new RangeError(`${this.rule} has no weight decay: leave wd out, or use an optimizer of this package, such as adam().`)
    this.#optimizer = optimizer
    this.#fields = known
    this.names = Object.keys(known)
    this.#parameters = onlyGroup(this.rule, groups)
  }

  get(name: string): readonly number[] {
    const field = this.#fields[name]
    if (!field) throw unknownHyper(this.rule, name, this.names, 'Use an optimizer of this package to change more.')
    return [inside<number>(this.#optimizer)[field]!]
  }

  protected assign(name: string, [value]: readonly number[]): void {
    inside<number>(this.#optimizer)[this.#fields[name]!] = value!
    // SGD and Momentum step with scalars made from the fields. setMomentum() forgets to make a new one.
    if (name === 'lr' && this.#isA('SGD', 'Momentum')) (this.#optimizer as tf.SGDOptimizer).setLearningRate(value!)
    if (name === 'mom' && this.#isA('Momentum')) {
      inside<tf.Scalar>(this.#optimizer)['m']!.dispose()
      inside<tf.Scalar>(this.#optimizer)['m'] = tf.keep(tf.scalar(value!))
    }
  }

  step(grads: Readonly<Record<string, tf.Tensor>>): void {
    checkGradients([this.#parameters], grads)
    // Its state is by position: every parameter keeps its place in the list, one without a gradient too.
    const list = this.#parameters.map(({ name, variable }) => ({ name: variable.name, tensor: grads[name]! }))
    this.#optimizer.applyGradients(list)
  }

  async state(): Promise<OptimizerState> {
    const hyper = Object.fromEntries(this.names.map(name => [name, [...this.get(name)]]))
    const parameters = await saveWeights(this.#parameters, await this.#weights())
    return { rule: this.rule, hyper, parameters }
  }

  async load(state: OptimizerState): Promise<void> {
    checkSaved(state, this.rule, this.names, this.#parameters)
    const old = await this.#weights()
    for (const name of this.names) this.set(name, state.hyper[name]!)
    const weights = loadWeights(this.#parameters, state.parameters)
    await this.#optimizer.setWeights(weights)
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
    // Momentum inherits this scalar from SGD and forgets it.
    if (this.#isA('Momentum')) inside<tf.Scalar>(this.#optimizer)['c']!.dispose()
  }

  // `instanceof` tells nothing: TensorFlow.js makes it true of any object with an optimizer's methods.
  #isA(...classes: string[]): boolean {
    return classes.includes(this.#optimizer.getClassName())
  }

  async #weights(): Promise<NamedTensor[]> {
    if (this.#isA('Adamax')) throw new Error('tf.train.adamax cannot save or load its state: use adamax() of this package.')
    return this.#optimizer.getWeights()
  }
}

/** The fields of an optimizer, protected ones included: they are the only way to change most of them. */
function inside<Value>(optimizer: tf.Optimizer): Record<string, Value> {
  return optimizer as unknown as Record<string, Value>
}

function onlyGroup(rule: string, groups: Groups): readonly Parameter[] {
  checkGroups(groups)
  if (groups.length > 1)
    throw new RangeError(
      `${rule} has one learning rate for all parameters, so it cannot serve ${groups.length} layer groups: use one group, or an optimizer of this package, such as adam().`,
    )
  return groups[0]!
}
