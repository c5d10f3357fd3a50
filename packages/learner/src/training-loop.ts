import {
  type Better,
  Bus,
  type Callback,
  type EndReason,
  type MemoryUse,
  type Note,
  type TrainingState,
  type Weights,
} from '@onecycle/callbacks'
import type { BatchStream, DataBunch } from '@onecycle/data'
import { show, typeError } from '@onecycle/platform'
import { BatchTensors } from './batch-tensors.js'
import { makeReadOnly } from './check/read-only.js'
import type { Place } from './checkpoint/parts.js'
import { copyWeights, putWeights } from './checkpoint/weights.js'
import type { Communicator } from './distributed/communicator.js'
import { partOf } from './distributed/part-of.js'
import type { Ranks } from './distributed/ranks.js'
import type { DivergedError } from './diverged.js'
import type { Loop, Looped, RunOptions } from './loop.js'
import type { LossFunction } from './loss/loss-function.js'
import type { Metric } from './metric/metric.js'
import { type InputNames, inputNamesOf } from './model/arrange-inputs.js'
import { ForwardPass } from './model/forward-pass.js'
import type { Model } from './model/trainable-model.js'
import type { Optimizer, Parameter } from './optimizer/index.js'
import type { RandomStreams } from './random/random-streams.js'
import { Pace } from './work/pace.js'
import { Turns } from './work/turns.js'

export interface LoopParts {
  data: DataBunch
  model: Model
  loss_func: LossFunction
  metrics: readonly Metric[]
  opt: Optimizer
  random: RandomStreams
  log: (line: string) => void
  comm: Communicator | undefined
}

/**
 * What a training is made of and where it is, as callbacks see it. What happens is the loop, which comes with the first fit or
 * measurement; the Learner is this with the ways to ask for training on top.
 *
 * @example
 * const watch: Callback<TrainingLoop> = { after_loss: loop => console.log(loop.metrics.length, loop.iter) }
 */
export abstract class TrainingLoop extends BatchTensors implements TrainingState {
  static override readonly name: string = 'TrainingLoop'
  readonly model: Model
  readonly loss_func: LossFunction
  readonly metrics: readonly Metric[]
  readonly opt: Optimizer
  readonly bus = new Bus<this>()
  /** Who works here, and who is waited for. */
  protected readonly turns = new Turns()
  protected readonly pace = new Pace()
  /** All that is random here, but for the order of the data. */
  readonly random: RandomStreams
  readonly log: (line: string) => void
  /** The ranks that train with this one, where there are several. */
  protected readonly comm: Communicator | undefined
  /** What they agree on. @internal */
  ranks: Ranks | undefined
  /** What the pass under way goes through. */
  dl!: BatchStream

  n_epoch = 0
  epoch = 0
  n_iter = 0
  iter = 0
  train_iter = 0
  pct_train = 0
  training = false
  num_it: number | undefined
  bs = 0
  totalWeight = 0
  lossValue = Number.NaN
  values: Record<string, number> = {}
  reason: EndReason | undefined
  error: unknown

  #loop: Loop | undefined
  /** @internal */
  readonly forwardPass: ForwardPass
  /** The order of the inputs in a batch: the model's, or that of the first data where the model has no names. */
  protected readonly inputNames: InputNames
  #data: DataBunch

  constructor({ data, model, loss_func, metrics, opt, random, log, comm }: LoopParts) {
    super()
    this.#data = data
    this.inputNames = inputNamesOf(model) ?? data.inputNames
    this.model = model
    this.loss_func = loss_func
    this.metrics = metrics
    this.opt = opt
    this.random = random
    this.log = log
    this.comm = comm
    this.forwardPass = new ForwardPass(model)
    makeReadOnly<TrainingLoop>(this, {
      model: 'new Learner(data, model)',
      loss_func: 'new Learner(data, model, { loss })',
      metrics: 'new Learner(data, model, { metrics })',
      opt: 'new Learner(data, model, { optimizer })',
    })
  }

  /** The parameters that the loss is differentiated by, and that are stepped. */
  abstract get trained(): readonly Parameter[]

  get lr_finding(): boolean {
    return this.num_it !== undefined
  }

  get n_train_iter(): number {
    return this.train_dl.length
  }

  get rank(): number | undefined {
    return this.comm?.rank
  }

  /** What a training pass goes through: the data's batches, of several ranks this one's part of them. */
  get train_dl(): BatchStream {
    return this.#partOf(this.data.train_dl)
  }

  /** What a validation pass goes through, in the same way. */
  get valid_dl(): BatchStream | undefined {
    const { valid_dl } = this.data
    return valid_dl && this.#partOf(valid_dl)
  }

  #partOf(stream: BatchStream): BatchStream {
    return this.comm ? partOf(stream, this.comm) : stream
  }

  /** What batches are drawn from. */
  get data(): DataBunch {
    return this.#data
  }

  set data(data: DataBunch) {
    this.#data = data
  }

  get metricNames(): readonly string[] {
    return this.metrics.map(metric => metric.name)
  }

  betterOf(figure: string): Better | undefined {
    return ['train_loss', 'valid_loss'].includes(figure) ? 'lower' : this.metrics.find(({ name }) => name === figure)?.better
  }

  get validates(): boolean {
    return this.data.valid_dl !== undefined
  }

  get ending(): boolean {
    return this.pace.ending
  }

  getWeights(): Promise<Weights> {
    return copyWeights(this.model)
  }

  async setWeights(weights: Weights): Promise<void> {
    while (this.turns.reading) await this.turns.reading
    putWeights(this.model, weights)
  }

  async divergence(): Promise<DivergedError> {
    const { explainDivergence } = await import('./inspect/explain-divergence.js')
    return explainDivergence(this)
  }

  note(note: Note): void {
    for (const callback of this.bus.callbacks) callback.note?.(note, this as never)
  }

  memory(): MemoryUse {
    return this.#loop?.memory() ?? { tensors: 0 }
  }

  async description(): Promise<Readonly<Record<string, unknown>>> {
    const { describeRun } = await import('./inspect/describe-run.js')
    return describeRun(this)
  }

  /** Where the fit is. */
  get place(): Place {
    const { epoch, n_iter, iter, train_iter, pct_train, lossValue, values } = this
    return {
      pass: this.#loop?.pass ?? 'over',
      done: this.#loop?.done ?? 0,
      ...{ epoch, n_iter, iter, train_iter, pct_train, lossValue, values: { ...values } },
    }
  }

  /**
   * Goes on from a place where a fit like this one was: told in `before_fit` it begins with that epoch, and told again in `before_train`
   * with that batch.
   */
  protected goTo(to: Place): void {
    if (!['train', 'validate', 'over'].includes(to?.pass)) throw typeError('wrong-argument', `${show(to)} is no place of a fit.`)
    const { pass, done, ...place } = to
    Object.assign(this, place)
    const loop = this.#loop!
    loop.first = pass === 'over' ? place.epoch + 1 : place.epoch
    loop.done = done
  }

  /**
   * A whole fit, at these rates where they are given, with callbacks that hear this one only. What is refused before the first epoch
   * leaves nothing behind.
   */
  protected async run(
    n_epoch: number,
    callbacks: readonly Callback<this>[],
    options: RunOptions,
    lr?: readonly number[],
  ): Promise<void> {
    return (await this.#loaded()).run(n_epoch, callbacks as readonly Callback[], options, lr)
  }

  /** Loss and metrics over all of a stream: a validation of its own, or in a pause of a fit one that leaves no trace in it. */
  protected async measure(dl: BatchStream): Promise<Record<string, number>> {
    return (await this.#loaded()).measure(dl)
  }

  /** It sees what others do not. */
  async #loaded(): Promise<Loop> {
    this.#loop ??= new (await import('./loop.js')).Loop(this as unknown as Looped)
    return this.#loop
  }
}
