import type { Callback } from '@onecycle/callbacks'
import { plainError } from '@onecycle/platform'
import type { Variable } from '@tensorflow/tfjs-core'
import type { Groups, Parameter } from '../optimizer/parameter.js'
import type { ForwardPass } from './forward-pass.js'
import { everyLayer, isLayer, layersOf } from './layers.js'
import { mendLayers } from './mend-layers.js'
import { isNormalization } from './normalization.js'
import { parametersOf, trainableNow, weightsOf } from './parameters.js'
import { type Layer, type Model, variableOf } from './trainable-model.js'

/**
 * What trains: the parameters of the layer groups that are not frozen, and the normalization of those that are (`train_bn`), as far
 * as the layers are `trainable` when an epoch begins. A normalization layer that does not train keeps its running statistics and
 * uses them; TensorFlow.js has no such mode, there a batch norm that is not trainable still moves them.
 */
export class Freezing implements Callback {
  readonly name = 'Freezing'
  /** Before everyone else, who may look at what trains. */
  readonly order = -100
  readonly #model: Model
  readonly #pass: ForwardPass
  readonly #groups: Groups
  readonly #train_bn: boolean
  #frozen_to = 0
  /** What trains in the pass that is running: each batch asks for it. */
  #current: readonly Parameter[] | undefined

  constructor(model: Model, pass: ForwardPass, groups: Groups, train_bn: boolean) {
    this.#model = model
    this.#pass = pass
    this.#groups = groups
    this.#train_bn = train_bn
  }

  get trained(): readonly Parameter[] {
    return this.#current ?? this.#decide()
  }

  /** The first group that is not frozen. */
  get frozen_to(): number {
    return this.#frozen_to
  }

  /** Freezes the groups before this one, in a pass that is running too. */
  freeze_to(first: number): void {
    this.#frozen_to = first
    if (this.#current) this.before_train()
  }

  /** The layers whose own `trainable` is false: they stand still whatever their group does. */
  frozenLayers(): readonly Layer[] {
    const within = new Set<Variable>()
    return layersOf(this.#model).filter(layer => {
      const weights = layer.trainable ? [] : layer.weights.map(variableOf).filter(variable => !within.has(variable))
      for (const variable of weights) within.add(variable)
      return weights.length > 0
    })
  }

  /** @throws Error when nothing trains, or the model's weights are others than those that the optimizer knows. */
  check(what: string): void {
    const trained = this.#decide()
    checkSame(what, this.#model, this.#groups.flat())
    if (trained.length > 0) return
    const frozen =
      this.#frozen_to > 0 ? `, and the ${this.#frozen_to} first of ${this.#groups.length} layer groups are frozen` : ''
    const which = trainableNow(this.#model).size === 0 ? 'All layers' : 'The layers that are left'
    throw plainError(
      'nothing-trains',
      `${what}: nothing trains. ${which} have trainable = false${frozen}. Set layer.trainable = true where the model is to learn` +
        `${frozen && ', or call unfreeze()'}; summary() shows what trains.`,
    )
  }

  before_train(): void {
    this.#current = this.#decide()
    this.#pass.hold(this.#held())
  }

  after_train(): void {
    this.#current = undefined
  }

  after_fit(): void {
    this.#current = undefined
  }

  #decide(): readonly Parameter[] {
    mendLayers(this.#model)
    const trainable = trainableNow(this.#model)
    const trains = ({ variable, kind }: Parameter, group: number) =>
      trainable.has(variable) && (group >= this.#frozen_to || (this.#train_bn && kind === 'norm'))
    return this.#groups.flatMap((group, i) => group.filter(parameter => trains(parameter, i)))
  }

  #held(): Layer[] {
    const inFrozenGroup = this.#train_bn || this.#frozen_to === 0 ? new Set<Variable>() : this.#frozenWeights()
    return [...everyLayer(this.#model)].flatMap(([layer, live]) => {
      const stands = !live || layer.weights.some(weight => inFrozenGroup.has(variableOf(weight)))
      return stands && isNormalization(layer) ? [layer] : []
    })
  }

  /** All weights of the frozen groups. One that no group has, a running mean, belongs where its neighbour before it does. */
  #frozenWeights(): Set<Variable> {
    const groupOf = new Map(this.#groups.flatMap((group, i) => group.map(({ variable }) => [variable, i] as const)))
    const frozen = new Set<Variable>()
    let group = 0
    for (const { variable } of weightsOf(this.#model)) {
      group = groupOf.get(variable) ?? group
      if (group < this.#frozen_to) frozen.add(variable)
    }
    return frozen
  }
}

function checkSame(what: string, model: Model, known: readonly Parameter[]): void {
  const parameters = parametersOf(model)
  const notIn = (others: readonly Parameter[]) => {
    const variables = new Set(others.map(({ variable }) => variable))
    return ({ variable }: Parameter) => !variables.has(variable)
  }
  const refuse = (how: string, weights: readonly Parameter[]) => {
    if (weights.length === 0) return
    const names = weights.map(({ name }) => name).join(', ')
    throw plainError(
      'model-changed',
      `${what}: the model ${how} when this Learner was made: ${names}. Make a new Learner when the model is complete.`,
    )
  }
  refuse('has weights that it did not have', parameters.filter(notIn(known)))
  // A plain object may freeze by listing less.
  if (isLayer(model)) refuse('no longer has weights that it had', known.filter(notIn(parameters)))
}
