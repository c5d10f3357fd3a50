import {
  type Callback,
  CancelBackward,
  CancelFit,
  CancelSignal,
  CancelValidate,
  type EventName,
  type MemoryUse,
  type Section,
  type TrainingState,
} from '@onecycle/callbacks'
import { checkOwners, gravest } from '@onecycle/callbacks/internal'
import type { Batch, BatchStream } from '@onecycle/data'
import { inOrder } from '@onecycle/data/internal'
import { checkCount, processMemory, typeError } from '@onecycle/platform'
import { backend, memory, type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { Place } from './checkpoint/parts.js'
import type { Ranks } from './distributed/ranks.js'
import { DivergedError } from './diverged.js'
import { differentiate } from './gradient/differentiate.js'
import { type LossFunction, lossOn, requireScalar, totalOn } from './loss/loss-function.js'
import { AverageMetric, type Metric } from './metric/metric.js'
import { setMetricsAside } from './metric/set-aside.js'
import { takeIn } from './metric/take-in.js'
import { arrangeBatch, type InputNames } from './model/arrange-inputs.js'
import type { ForwardPass } from './model/forward-pass.js'
import { penaltyOf } from './model/penalty.js'
import type { Model } from './model/trainable-model.js'
import { hypersOf } from './optimizer/hypers.js'
import type { Optimizer, Parameter } from './optimizer/index.js'
import { type Draws, drawFrom } from './random/draws.js'
import { gathered, type RandomStreams } from './random/random-streams.js'
import { replayed } from './replay/seam.js'
import { checkSignal } from './work/interrupt.js'
import type { Pace } from './work/pace.js'
import type { Turns } from './work/turns.js'

const noTargets = 'The batch has no targets: there is nothing to measure its predictions by. get_preds() gives these.'

export interface RunOptions {
  /** Weight decay from this fit on: one value, or one per layer group. */
  wd?: number | readonly number[] | undefined
  /** Epochs that are already done: the fit goes on with this one, and its schedules as if it had not been interrupted. Default 0. */
  start_epoch?: number | undefined
  /** Aborting it ends the fit after the current batch, as Ctrl-C does; the fit then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

type Open<T> = { -readonly [Name in keyof T]: T[Name] }

/** Whom a loop trains: a Learner, with what others do not see of it. */
export interface Looped extends Open<Omit<TrainingState, 'opt'>> {
  readonly bus: {
    readonly callbacks: readonly Callback[]
    add(...callbacks: Callback[]): void
    remove(...callbacks: Callback[]): void
    hears(event: EventName): boolean
    fire(event: EventName, state: TrainingState): void | Promise<void>
  }
  dl: BatchStream
  readonly train_dl: BatchStream
  readonly valid_dl: BatchStream | undefined
  readonly forwardPass: ForwardPass
  readonly gradients: Record<string, Tensor>
  readonly inputNames: InputNames
  readonly loss_func: LossFunction
  readonly metrics: readonly Metric[]
  readonly model: Model
  readonly opt: Optimizer
  readonly pace: Pace
  readonly random: RandomStreams
  readonly ranks: Ranks | undefined
  readonly trained: readonly Parameter[]
  readonly turns: Turns
  own(tensors: Tensor[]): unknown
  setAside(): () => void
  disposeBatch(): void
}

/**
 * The training loop. It reads from top to bottom in the order in which things happen: a fit is epochs, an epoch is a
 * training pass and a validation pass, a pass is batches, and a batch is prediction, loss, gradients and step. Each part
 * fires its events, through which callbacks see and change everything; names and order are fastai 2's.
 */
export class Loop {
  readonly #learn: Looped
  /** The first epoch, what is under way, and how many batches of the training pass are over. */
  first = 0
  pass: Place['pass'] = 'over'
  done = 0
  readonly #validLoss: AverageMetric
  readonly #penalty: ((loss: Scalar) => Scalar) | undefined
  readonly #figures: readonly Metric[]
  #draws: Draws | undefined
  /** Whether a fit is past what may refuse it. */
  #begun = false
  #lossRead: Promise<ArrayLike<number>> | undefined

  constructor(learn: Looped) {
    this.#learn = learn
    this.#validLoss = new AverageMetric(learn.loss_func, 'valid_loss')
    this.#penalty = penaltyOf(learn.model)
    this.#figures = [this.#validLoss, ...learn.metrics]
  }

  /**
   * A whole fit, at these rates where they are given, with callbacks that hear this one only. What is refused before the first epoch
   * leaves nothing behind.
   */
  async run(n_epoch: number, callbacks: readonly Callback[], options: RunOptions, lr?: readonly number[]): Promise<void> {
    const learn = this.#learn
    const { wd, start_epoch = 0, signal } = options
    checkCount('start_epoch', start_epoch, 0, n_epoch - 1)
    checkSignal(signal)
    checkOwners([...learn.bus.callbacks, ...callbacks])
    const gates = learn.bus.callbacks.map(callback => [callback, callback.run ?? true] as const)
    const putBack = hypersOf(learn.opt)
    learn.bus.add(...callbacks)
    this.#begun = false
    try {
      if (lr) learn.opt.set('lr', lr)
      if (wd !== undefined) learn.opt.set('wd', wd)
      await learn.pace.interruptible(() => this.#fit(n_epoch, start_epoch), signal)
    } catch (error) {
      if (!this.#begun) putBack()
      throw error
    } finally {
      learn.bus.remove(...callbacks)
      for (const [callback, run] of gates) if ((callback.run ?? true) !== run) callback.run = run
    }
  }

  async #fit(n_epoch: number, start_epoch: number): Promise<void> {
    const learn = this.#learn
    learn.n_epoch = n_epoch
    learn.epoch = this.first = start_epoch
    this.pass = 'over'
    learn.n_iter = learn.iter = learn.train_iter = learn.pct_train = 0
    learn.values = {}
    learn.lossValue = Number.NaN
    learn.reason = learn.error = undefined
    const thrown: unknown[] = []
    try {
      await this.#fire('before_fit')
      this.#begun = true
      for (let epoch = this.first; epoch < n_epoch; epoch++) {
        learn.epoch = epoch
        await this.#section('epoch', () => this.#epoch(), this.#endEpoch)
        learn.pace.check(this.#where)
      }
      learn.reason = 'completed'
    } catch (signal) {
      if (signal instanceof CancelFit) learn.reason = signal.reason
      else this.#blame(thrown, signal)
      if (signal instanceof CancelFit || learn.pace.threw(signal)) await this.#endWith('after_cancel_fit', thrown)
    }
    await this.#endWith('after_fit', thrown)
    await learn.pace.end(this.#where).catch(error => this.#blame(thrown, error))
    if (thrown.length > 0) throw learn.error
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
    const learn = this.#learn
    if (!thrown.includes(error)) thrown.push(error)
    learn.error = gravest(thrown)
    if (learn.pace.threw(learn.error)) learn.reason = 'interrupted'
    else learn.reason = learn.error instanceof DivergedError ? 'diverged' : 'failed'
  }

  async #epoch(): Promise<void> {
    const learn = this.#learn
    learn.values = {}
    const { train_dl, valid_dl } = learn
    await this.#train(train_dl)
    if (valid_dl && !learn.lr_finding) await this.#validation(valid_dl)
  }

  async #train(dl: BatchStream): Promise<void> {
    const learn = this.#learn
    learn.training = true
    this.pass = 'train'
    this.done = 0
    learn.pct_train = learn.epoch / learn.n_epoch
    await this.#section('train', () => this.#batches(dl))
  }

  async #validation(dl: BatchStream): Promise<void> {
    this.#learn.training = false
    this.pass = 'validate'
    await this.#section('validate', () => this.#figuresOf(dl))
  }

  async #figuresOf(dl: BatchStream): Promise<void> {
    for (const figure of this.#figures) figure.reset()
    await this.#batches(dl)
    await this.#learn.ranks?.together(this.#figures)
    for (const figure of this.#figures) this.#learn.values[figure.name] = figure.value
  }

  memory(): MemoryUse {
    const { wasm } = backend() as { wasm?: { HEAPU8?: Uint8Array } }
    return { tensors: memory().numBytes, wasm: wasm?.HEAPU8?.length, process: processMemory() }
  }

  /** Loss and metrics over all of a stream: a validation of its own, or in a pause of a fit one that leaves no trace in it. */
  async measure(dl: BatchStream): Promise<Record<string, number>> {
    const learn = this.#learn
    if (learn.turns.visiting) return this.#aside(() => inOrder(dl, stream => this.#figuresOf(stream)))
    learn.values = {}
    learn.n_iter = learn.iter = 0
    await inOrder(dl, stream => this.#validation(stream))
    await learn.pace.end(this.#where)
    return { ...learn.values }
  }

  /** The figures of a pass whose batches alone are told of, after which the loop is as it was before. */
  async #aside(pass: () => Promise<void>): Promise<Record<string, number>> {
    const { training, dl, n_iter, iter, bs, totalWeight, lossValue, values } = this.#learn
    const putBack = [this.#learn.setAside(), setMetricsAside(this.#figures)]
    const figures: Record<string, number> = {}
    Object.assign(this.#learn, { training: false, values: figures })
    try {
      await pass()
    } catch (signal) {
      if (!(signal instanceof CancelValidate)) throw signal
    } finally {
      for (const each of putBack) each()
      Object.assign(this.#learn, { training, dl, n_iter, iter, bs, totalWeight, lossValue, values })
    }
    return figures
  }

  async #batches(dl: BatchStream): Promise<void> {
    const learn = this.#learn
    let next = learn.training ? this.done : 0
    learn.pace.check(this.#where)
    learn.dl = dl
    learn.n_iter = dl.length
    for await (const batch of gathered(dl, learn.random, learn.training)) {
      learn.iter = next++
      await this.#batch(batch)
      const others = learn.pace.goOn(this.#where)
      if (others) await others
    }
  }

  async #batch(batch: Batch): Promise<void> {
    const learn = this.#learn
    learn.xb = batch.xs
    learn.yb = batch.ys
    learn.weights = batch.weights
    learn.bs = batch.size
    this.#draws = learn.training ? learn.random.training() : learn.random.validation(learn.iter)
    try {
      const { xs, ys } = arrangeBatch(batch, learn.inputNames, learn.loss_func)
      if (xs !== batch.xs) learn.xb = xs
      if (ys !== batch.ys) learn.yb = ys
      if (Array.isArray(ys) && ys.length === 0) throw typeError('no-targets', noTargets)
      if (learn.training) await this.#section('batch', () => this.#trainBatch(), this.#advance)
      else await this.#section('batch', () => this.#validBatch())
    } finally {
      this.#draws = this.#lossRead = undefined
      learn.disposeBatch()
    }
  }

  /** Who saves what a batch changes is waited for before each change. */
  async #trainBatch(): Promise<void> {
    while (this.#learn.turns.reading) await this.#learn.turns.reading
    await this.#backward()
    await this.#section('step', () => this.#step())
  }

  #step(): void | Promise<void> {
    const learn = this.#learn
    const { reading } = learn.turns
    if (reading) return reading.then(() => this.#step())
    this.#draw(() => learn.opt.step(learn.gradients))
  }

  /** Prediction, loss and gradients: one synchronous pass, because whatever runs while it is recorded is differentiated. */
  async #backward(): Promise<void> {
    const learn = this.#learn
    try {
      const gradients = this.#draw(() => replayed(learn, () => differentiate(() => this.#recorded(), learn.trained)))
      learn.lossValue = (await (this.#lossRead ?? learn.loss.data()))[0]!
      await this.#weigh()
      if (gradients) learn.grads = gradients
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
    this.#lossRead = this.#learn.loss.data()
    return goesOn ? this.#learn.loss : undefined
  }

  #goesBack(): boolean {
    try {
      this.#tell('before_backward')
    } catch (signal) {
      if (signal instanceof CancelBackward) return false
      throw signal
    }
    requireScalar(this.#learn.loss)
    return true
  }

  async #validBatch(): Promise<void> {
    const learn = this.#learn
    this.#draw(() => tidy(() => this.#forward()))
    learn.lossValue = (await learn.loss.data())[0]!
    await this.#weigh()
    this.#validLoss.add(learn.lossValue, learn.totalWeight)
    for (const metric of learn.metrics) await takeIn(metric, learn.pred, learn.yb, learn.weights)
  }

  async #weigh(): Promise<void> {
    const { loss_func, pred, yb, weights, bs } = this.#learn
    this.#learn.totalWeight = await totalOn(loss_func, pred, yb, weights, bs)
  }

  #forward(): void {
    const learn = this.#learn
    learn.pred = learn.forwardPass.run(learn.xb, learn.training)
    this.#tell('after_pred')
    // A list may have been changed in place.
    if (Array.isArray(learn.pred)) learn.own(learn.pred)
    const loss = lossOn(learn.loss_func, learn.pred, learn.yb, learn.weights)
    learn.loss = learn.training && this.#penalty ? this.#penalty(loss) : loss
    this.#tell('after_loss')
    requireScalar(learn.loss)
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
    this.pass = 'over'
  }

  readonly #advance = (): void => {
    const learn = this.#learn
    this.done++
    learn.train_iter++
    learn.pct_train += 1 / (learn.n_iter * learn.n_epoch)
  }

  #fire(event: EventName): void | Promise<void> {
    if (this.#learn.bus.hears(event)) return this.#learn.turns.during(event, this.#deliver)
  }

  /** Without a pause for guests: while the pass is recorded nobody may come. */
  #tell(event: EventName): void {
    if (this.#learn.bus.hears(event)) this.#deliver(event)
  }

  readonly #deliver = (event: EventName): void | Promise<void> => this.#draw(() => this.#learn.bus.fire(event, this.#learn))

  /** What is synchronous in a batch draws from the batch's own stream. */
  #draw<T>(work: () => T): T {
    return this.#draws ? drawFrom(this.#draws, work) : work()
  }

  /** What is being done, and how far it got. */
  readonly #where = (): string => {
    const learn = this.#learn
    const { what } = learn.turns
    if (learn.n_iter === 0) return `${what}, before the first batch`
    const batch = `${what}, after ${learn.training ? 'training' : 'validation'} batch ${learn.iter + 1} of ${learn.n_iter}`
    // Epochs count from 0, as in the table.
    return what === 'validate' ? batch : `${batch} in epoch ${learn.epoch}`
  }
}
