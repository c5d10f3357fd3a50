import { plainError, rangeError, show, typeError } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import { Optimizer, type OptimizerFactory, type OptimizerOptions, unknownHyper } from './optimizer.js'
import { type OptimizerName, optimizerOf } from './optimizer-of.js'
import type { OptimizerState } from './optimizer-state.js'
import type { Groups } from './parameter.js'

/**
 * An optimizer of its own for each layer group: the generator and the critic of a GAN, or a pretrained body and a new head. Schedules and
 * callbacks set the hyper-parameters that all of them have; the others stay as each was made.
 *
 * @param optimizers as a Learner's option `optimizer` takes them, one for each layer group
 * @throws TypeError for what is no optimizer, or a single one. When a Learner is made: RangeError when there are not as many layer groups.
 * @example
 * const optimizer = optimizerPerGroup(adam({ lr: 1e-4, mom: 0.5 }), rmsprop({ lr: 4e-4 }))
 */
export function optimizerPerGroup(...optimizers: (OptimizerFactory | OptimizerName)[]): OptimizerFactory {
  if (optimizers.length < 2)
    throw typeError(
      'wrong-argument',
      `optimizerPerGroup takes an optimizer for each layer group, two at least, but got ${show(optimizers)}.`,
    )
  const factories = optimizers.map(optimizerOf)
  return (groups, options) => new PerGroupOptimizer(factories, groups, options)
}

class PerGroupOptimizer extends Optimizer {
  static override readonly name: string = 'PerGroupOptimizer'
  readonly names: readonly string[]
  readonly #optimizers: readonly Optimizer[]
  #groups: Groups

  constructor(factories: readonly OptimizerFactory[], groups: Groups, options: OptimizerOptions = {}) {
    super()
    checkNumber(factories.length, groups)
    const { wd, ...rest } = options
    const decay = (group: number) => wd !== undefined && { wd: typeof wd === 'number' ? wd : wd[group]! }
    this.#groups = groups
    this.#optimizers = factories.map((make, i) => make([groups[i]!], { ...rest, ...decay(i) }))
    const [first, ...others] = this.#optimizers.map(({ names }) => names)
    this.names = first!.filter(name => others.every(names => names.includes(name)))
  }

  get groups(): number {
    return this.#optimizers.length
  }

  get rule(): string {
    return `optimizerPerGroup(${this.#optimizers.map(({ rule }) => rule).join(', ')})`
  }

  override get ownRate(): readonly number[] | undefined {
    const rates = this.#optimizers.map(({ ownRate }) => [ownRate].flat()[0])
    return rates.every(rate => rate !== undefined) ? rates : undefined
  }

  get(name: string): readonly number[] {
    if (!this.names.includes(name)) throw unknownHyper(this.rule, name, this.names)
    return this.#optimizers.map(optimizer => optimizer.get(name)[0]!)
  }

  protected assign(name: string, values: readonly number[]): void {
    for (const [i, optimizer] of this.#optimizers.entries()) optimizer.set(name, values[i]!)
  }

  step(grads: Readonly<Record<string, Tensor>>): void {
    for (const [i, optimizer] of this.#optimizers.entries()) {
      const own = this.#of(i, grads)
      if (Object.keys(own).length > 0) optimizer.step(own)
    }
  }

  async state(): Promise<OptimizerState> {
    const states = await Promise.all(this.#optimizers.map(optimizer => optimizer.state()))
    const hyper = states.flatMap(({ hyper }, i) => Object.entries(hyper).map(([name, values]) => [`${i}.${name}`, values]))
    return {
      rule: this.rule,
      hyper: Object.fromEntries(hyper),
      parameters: Object.assign({}, ...states.map(({ parameters }) => parameters)),
    }
  }

  async load(state: OptimizerState): Promise<void> {
    if (state?.rule !== this.rule)
      throw plainError(
        'other-optimizer',
        `The state was saved by the optimizer ${state?.rule}, this one is ${this.rule}: build the same, or start afresh.`,
      )
    const before = await Promise.all(this.#optimizers.map(optimizer => optimizer.state()))
    try {
      for (const [i, optimizer] of this.#optimizers.entries()) await optimizer.load(this.#partOf(i, state))
    } catch (error) {
      for (const [i, optimizer] of this.#optimizers.entries()) await optimizer.load(before[i]!)
      throw error
    }
  }

  /** Their number stays: what a parameter has learned would not be understood by another optimizer. */
  regroup(groups: Groups): void {
    checkNumber(this.groups, groups)
    for (const [i, optimizer] of this.#optimizers.entries()) optimizer.regroup([groups[i]!])
    this.#groups = groups
  }

  async clear(): Promise<void> {
    for (const optimizer of this.#optimizers) await optimizer.clear()
  }

  dispose(): void {
    for (const optimizer of this.#optimizers) optimizer.dispose()
  }

  #partOf(group: number, { hyper, parameters }: OptimizerState): OptimizerState {
    const prefix = `${group}.`
    const own = Object.entries(hyper).filter(([name]) => name.startsWith(prefix))
    return {
      rule: this.#optimizers[group]!.rule,
      hyper: Object.fromEntries(own.map(([name, values]) => [name.slice(prefix.length), values])),
      parameters: this.#of(group, parameters),
    }
  }

  /** What is of the parameters of one group. */
  #of<T>(group: number, byName: Readonly<Record<string, T>>): Record<string, T> {
    const own = this.#groups[group]!.filter(({ name }) => name in byName)
    return Object.fromEntries(own.map(({ name }) => [name, byName[name]!]))
  }
}

function checkNumber(optimizers: number, groups: Groups): void {
  if (groups.length === optimizers) return
  throw rangeError(
    'layer-groups',
    `optimizerPerGroup has ${optimizers} optimizers, but the model ${groups.length} layer groups: give one for each, or say by layer_groups where they begin.`,
  )
}
