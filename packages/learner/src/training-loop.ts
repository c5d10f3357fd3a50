import {
  type Better,
  Bus,
  type Callback,
  CancelBackward,
  CancelFit,
  CancelSignal,
  CancelValidate,
  type EndReason,
  type EventName,
  type Note,
  type Section,
  type TrainingState,
  type Weights,
} from '@onecycle/callbacks'
import { checkOwners, gravest } from '@onecycle/callbacks/internal'
import type { Batch, BatchStream, DataBunch } from '@onecycle/data'
import { inOrder } from '@onecycle/data/internal'
import { checkCount, show } from '@onecycle/platform'
import { type Scalar, tidy } from '@tensorflow/tfjs-core'
import { BatchTensors } from './batch-tensors.js'
import { makeReadOnly } from './check/read-only.js'
import type { Place } from './checkpoint/parts.js'
import { copyWeights, putWeights } from './checkpoint/weights.js'
import { DivergedError } from './diverged.js'
import type { differentiate } from './gradient/differentiate.js'
import { type LossFunction, lossOn, requireScalar, totalOn } from './loss/loss-function.js'
import { AverageMetric, type Metric } from './metric/metric.js'
import { setMetricsAside } from './metric/set-aside.js'
import { takeIn } from './metric/take-in.js'
import { arrangeBatch, type InputNames, inputNamesOf } from './model/arrange-inputs.js'
import { ForwardPass } from './model/forward-pass.js'
import { penaltyOf } from './model/penalty.js'
import type { Model } from './model/trainable-model.js'
import { hypersOf } from './optimizer/hypers.js'
import type { Optimizer, Parameter } from './optimizer/index.js'
import { type Draws, drawFrom } from './random/draws.js'
import { gathered, type RandomStreams } from './random/random-streams.js'
import { checkSignal } from './work/interrupt.js'
import { Pace } from './work/pace.js'
import { Turns } from './work/turns.js'

const noTargets = 'The batch has no targets: there is nothing to measure its predictions by. get_preds() gives these.'

export interface LoopParts {
  data: DataBunch
  model: Model
  loss_func: LossFunction
  metrics: readonly Metric[]
  opt: Optimizer
  random: RandomStreams
  log: (line: string) => void
}

export interface RunOptions {
  /** Weight decay from this fit on: one value, or one per layer group. */
  wd?: number | readonly number[] | undefined
  /** Epochs that are already done: the fit goes on with this one, and its schedules as if it had not been interrupted. Default 0. */
  start_epoch?: number | undefined
  /** Aborting it ends the fit after the current batch, as Ctrl-C does; the fit then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/**
 * The training loop. It reads from top to bottom in the order in which things happen: a fit is epochs, an epoch is a
 * training pass and a validation pass, a pass is batches, and a batch is prediction, loss, gradients and step. Each part
 * fires its events, through which callbacks see and change everything; names and order are fastai 2's.
 *
 * The Learner is this loop with the ways to ask for training on top.
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

  /** The first epoch, what is under way, and how many batches of the training pass are over. */
  #first = 0
  #pass: Place['pass'] = 'over'
  #done = 0
  /** @internal */
  readonly forwardPass: ForwardPass
  /** The order of the inputs in a batch: the model's, or that of the first data where the model has no names. */
  protected readonly inputNames: InputNames
  #data: DataBunch
  readonly #validLoss: AverageMetric
  readonly #penalty: ((loss: Scalar) => Scalar) | undefined
  readonly #figures: readonly Metric[]
  #draws: Draws | undefined
  /** Whether a fit is past what may refuse it. */
  #begun = false
  #lossRead: Promise<ArrayLike<number>> | undefined
  /** Comes with the first fit. */
  #differentiate!: typeof differentiate

  constructor({ data, model, loss_func, metrics, opt, random, log }: LoopParts) {
    super()
    this.#data = data
    this.inputNames = inputNamesOf(model) ?? data.inputNames
    this.model = model
    this.loss_func = loss_func
    this.metrics = metrics
    this.opt = opt
    this.random = random
    this.log = log
    this.forwardPass = new ForwardPass(model)
    this.#validLoss = new AverageMetric(loss_func, 'valid_loss')
    this.#penalty = penaltyOf(model)
    this.#figures = [this.#validLoss, ...metrics]
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
    return this.data.train_dl.length
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

  async description(): Promise<Readonly<Record<string, unknown>>> {
    const { describeRun } = await import('./inspect/describe-run.js')
    return describeRun(this)
  }

  /** Where the fit is. */
  get place(): Place {
    const { epoch, n_iter, iter, train_iter, pct_train, lossValue, values } = this
    return {
      pass: this.#pass,
      done: this.#done,
      ...{ epoch, n_iter, iter, train_iter, pct_train, lossValue, values: { ...values } },
    }
  }

  /**
   * Goes on from a place where a fit like this one was: told in `before_fit` it begins with that epoch, and told again in `before_train`
   * with that batch.
   */
  protected goTo(to: Place): void {
    if (!['train', 'validate', 'over'].includes(to?.pass)) throw new TypeError(`${show(to)} is no place of a fit.`)
    const { pass, done, ...place } = to
    Object.assign(this, place)
    this.#first = pass === 'over' ? place.epoch + 1 : place.epoch
    this.#done = done
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
    const { wd, start_epoch = 0, signal } = options
    this.#differentiate ??= (await import('./gradient/differentiate.js')).differentiate
    checkCount('start_epoch', start_epoch, 0, n_epoch - 1)
    checkSignal(signal)
    checkOwners([...this.bus.callbacks, ...callbacks])
    const gates = this.bus.callbacks.map(callback => [callback, callback.run ?? true] as const)
    const putBack = hypersOf(this.opt)
    this.bus.add(...callbacks)
    this.#begun = false
    try {
      if (lr) this.opt.set('lr', lr)
      if (wd !== undefined) this.opt.set('wd', wd)
      await this.pace.interruptible(() => this.#fit(n_epoch, start_epoch), signal)
    } catch (error) {
      if (!this.#begun) putBack()
      throw error
    } finally {
      this.bus.remove(...callbacks)
      for (const [callback, run] of gates) if ((callback.run ?? true) !== run) callback.run = run
    }
  }

  async #fit(n_epoch: number, start_epoch: number): Promise<void> {
    this.n_epoch = n_epoch
    this.epoch = this.#first = start_epoch
    this.#pass = 'over'
    this.n_iter = this.iter = this.train_iter = this.pct_train = 0
    this.values = {}
    this.lossValue = Number.NaN
    this.reason = this.error = undefined
    const thrown: unknown[] = []
    try {
      await this.#fire('before_fit')
      this.#begun = true
      for (let epoch = this.#first; epoch < n_epoch; epoch++) {
        this.epoch = epoch
        await this.#section('epoch', () => this.#epoch(), this.#endEpoch)
        this.pace.check(this.#where)
      }
      this.reason = 'completed'
    } catch (signal) {
      if (signal instanceof CancelFit) this.reason = signal.reason
      else this.#blame(thrown, signal)
      if (signal instanceof CancelFit || this.pace.threw(signal)) await this.#endWith('after_cancel_fit', thrown)
    }
    await this.#endWith('after_fit', thrown)
    await this.pace.end(this.#where).catch(error => this.#blame(thrown, error))
    if (thrown.length > 0) throw this.error
  }

  /** Nothing that is thrown at the end of a fit keeps it from ending. */
  async #endWith(event: EventName, thrown: unknown[]): Promise<void> {
    try {
      await this.#fire(event)
    } catch (error) {
      this.#blame(thrown, error)
    }
  }

  #blame(thrown: unknown[], error: unknown): void {
    if (!thrown.includes(error)) thrown.push(error)
    this.error = gravest(thrown)
    if (this.pace.threw(this.error)) this.reason = 'interrupted'
    else this.reason = this.error instanceof DivergedError ? 'diverged' : 'failed'
  }

  async #epoch(): Promise<void> {
    this.values = {}
    await this.#train(this.data.train_dl)
    if (this.data.valid_dl && !this.lr_finding) await this.#validation(this.data.valid_dl)
  }

  async #train(dl: BatchStream): Promise<void> {
    this.training = true
    this.#pass = 'train'
    this.#done = 0
    this.pct_train = this.epoch / this.n_epoch
    await this.#section('train', () => this.#batches(dl))
  }

  async #validation(dl: BatchStream): Promise<void> {
    this.training = false
    this.#pass = 'validate'
    await this.#section('validate', () => this.#figuresOf(dl))
  }

  async #figuresOf(dl: BatchStream): Promise<void> {
    for (const figure of this.#figures) figure.reset()
    await this.#batches(dl)
    for (const figure of this.#figures) this.values[figure.name] = figure.value
  }

  /** Loss and metrics over all of a stream: a validation of its own, or in a pause of a fit one that leaves no trace in it. */
  protected async measure(dl: BatchStream): Promise<Record<string, number>> {
    if (this.turns.visiting) return this.#aside(() => inOrder(dl, stream => this.#figuresOf(stream)))
    this.values = {}
    this.n_iter = this.iter = 0
    await inOrder(dl, stream => this.#validation(stream))
    await this.pace.end(this.#where)
    return { ...this.values }
  }

  /** The figures of a pass whose batches alone are told of, after which the loop is as it was before. */
  async #aside(pass: () => Promise<void>): Promise<Record<string, number>> {
    const { training, n_iter, iter, bs, totalWeight, lossValue, values } = this
    const putBack = [this.setAside(), setMetricsAside(this.#figures)]
    const figures: Record<string, number> = {}
    Object.assign(this, { training: false, values: figures })
    try {
      await pass()
    } catch (signal) {
      if (!(signal instanceof CancelValidate)) throw signal
    } finally {
      for (const each of putBack) each()
      Object.assign(this, { training, n_iter, iter, bs, totalWeight, lossValue, values })
    }
    return figures
  }

  async #batches(dl: BatchStream): Promise<void> {
    let next = this.training ? this.#done : 0
    this.pace.check(this.#where)
    this.n_iter = dl.length
    for await (const batch of gathered(dl, this.random, this.training)) {
      this.iter = next++
      await this.#batch(batch)
      const others = this.pace.goOn(this.#where)
      if (others) await others
    }
  }

  async #batch(batch: Batch): Promise<void> {
    this.xb = batch.xs
    this.yb = batch.ys
    this.weights = batch.weights
    this.bs = batch.size
    this.#draws = this.training ? this.random.training() : this.random.validation(this.iter)
    try {
      const { xs, ys } = arrangeBatch(batch, this.inputNames, this.loss_func)
      if (xs !== batch.xs) this.xb = xs
      if (ys !== batch.ys) this.yb = ys
      if (Array.isArray(ys) && ys.length === 0) throw new TypeError(noTargets)
      if (this.training) await this.#section('batch', () => this.#trainBatch(), this.#advance)
      else await this.#section('batch', () => this.#validBatch())
    } finally {
      this.#draws = undefined
      this.disposeBatch()
    }
  }

  /** Who saves what a batch changes is waited for before each change. */
  async #trainBatch(): Promise<void> {
    while (this.turns.reading) await this.turns.reading
    await this.#backward()
    await this.#section('step', () => this.#step())
  }

  #step(): void | Promise<void> {
    const { reading } = this.turns
    if (reading) return reading.then(() => this.#step())
    this.#draw(() => this.opt.step(this.gradients))
  }

  /** Prediction, loss and gradients: one synchronous pass, because whatever runs while it is recorded is differentiated. */
  async #backward(): Promise<void> {
    try {
      const gradients = this.#draw(() => this.#differentiate(() => this.#recorded(), this.trained))
      this.lossValue = (await this.#lossRead!)[0]!
      await this.#weigh()
      if (gradients) this.grads = gradients
      else await this.#fire('after_cancel_backward')
    } catch (error) {
      // Read to its end, since it is disposed next; what was thrown says more than an error of this.
      await this.#lossRead?.catch(() => {})
      throw error
    }
    const pending = this.#fire('after_backward')
    if (pending) await pending
  }

  /** The loss that is to be differentiated, unless a callback says that none is. */
  #recorded(): Scalar | undefined {
    this.#forward()
    const goesOn = this.#goesBack()
    // Asked for here, the loss is waited for while the device goes on with the backward pass, and is not queued behind it.
    this.#lossRead = this.loss.data()
    return goesOn ? this.loss : undefined
  }

  #goesBack(): boolean {
    try {
      this.#tell('before_backward')
    } catch (signal) {
      if (signal instanceof CancelBackward) return false
      throw signal
    }
    requireScalar(this.loss)
    return true
  }

  async #validBatch(): Promise<void> {
    this.#draw(() => tidy(() => this.#forward()))
    this.lossValue = (await this.loss.data())[0]!
    await this.#weigh()
    this.#validLoss.add(this.lossValue, this.totalWeight)
    for (const metric of this.metrics) await takeIn(metric, this.pred, this.yb, this.weights)
  }

  async #weigh(): Promise<void> {
    const { loss_func, pred, yb, weights, bs } = this
    this.totalWeight = await totalOn(loss_func, pred, yb, weights, bs)
  }

  #forward(): void {
    this.pred = this.forwardPass.run(this.xb, this.training)
    this.#tell('after_pred')
    // A list may have been changed in place.
    if (Array.isArray(this.pred)) this.own(this.pred)
    const loss = lossOn(this.loss_func, this.pred, this.yb, this.weights)
    this.loss = this.training && this.#penalty ? this.#penalty(loss) : loss
    this.#tell('after_loss')
    requireScalar(this.loss)
  }

  /** Fires `before_X`, runs the body, on its own cancel signal fires `after_cancel_X`, does what comes with its end, and fires `after_X`. */
  async #section(section: Section, body: () => void | Promise<void>, atEnd?: () => void): Promise<void> {
    try {
      const pending = this.#fire(`before_${section}`)
      if (pending) await pending
      const working = body()
      if (working) await working
    } catch (signal) {
      if (!(signal instanceof CancelSignal && signal.section === section)) throw signal
      await this.#fire(`after_cancel_${section}`)
    }
    atEnd?.()
    const pending = this.#fire(`after_${section}`)
    if (pending) await pending
  }

  readonly #endEpoch = (): void => {
    this.#pass = 'over'
  }

  readonly #advance = (): void => {
    this.#done++
    this.train_iter++
    this.pct_train += 1 / (this.n_iter * this.n_epoch)
  }

  #fire(event: EventName): void | Promise<void> {
    if (this.bus.hears(event)) return this.turns.during(event, this.#deliver)
  }

  /** Without a pause for guests: while the pass is recorded nobody may come. */
  #tell(event: EventName): void {
    if (this.bus.hears(event)) this.#deliver(event)
  }

  readonly #deliver = (event: EventName): void | Promise<void> => this.#draw(() => this.bus.fire(event, this))

  /** What is synchronous in a batch draws from the batch's own stream. */
  #draw<T>(work: () => T): T {
    return this.#draws ? drawFrom(this.#draws, work) : work()
  }

  /** What is being done, and how far it got. */
  readonly #where = (): string => {
    const { what } = this.turns
    if (this.n_iter === 0) return `${what}, before the first batch`
    const batch = `${what}, after ${this.training ? 'training' : 'validation'} batch ${this.iter + 1} of ${this.n_iter}`
    // Epochs count from 0, as in the table.
    return what === 'validate' ? batch : `${batch} in epoch ${this.epoch}`
  }
}
