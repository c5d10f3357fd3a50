import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  Bus,
  type Callback,
  CancelBackward,
  CancelFit,
  CancelSignal,
  type EndReason,
  type EventName,
  group_rates,
  type Rates,
  type Section,
  type Tensors,
  type TrainingState,
} from '@onecycle/callbacks'
import type { Batch, BatchStream, DataBunch } from '@onecycle/data'
import { type History, ProgressBar, type ProgressOptions, Recorder } from '@onecycle/recorder'
import { concat, dispose, keep, type Scalar, Tensor, type TensorContainer, tidy } from '@tensorflow/tfjs-core'
import { loadCheckpoint, saveCheckpoint } from './checkpoint/file.js'
import { capture, restore } from './checkpoint/snapshot.js'
import { checkFits, checkInput, checkUsable } from './checks.js'
import { DivergedError, DivergenceGuard } from './diverged.js'
import {
  checkEpochs,
  type FitOptions,
  fitArguments,
  fitPlan,
  type OneCycleFitOptions,
  oneCycleScheduler,
  type TrainOptions,
} from './fit.js'
import { differentiate } from './gradients.js'
import { onInterrupt } from './interrupt.js'
import { inferLoss } from './loss/infer-loss.js'
import type { LossFunction } from './loss/loss-function.js'
import { LRFinder, type LrFindOptions, type LrFindResult } from './lr-find.js'
import { AverageMetric, type Metric, type MetricFunction } from './metric/metric.js'
import { parametersOf } from './model/parameters.js'
import { summarize } from './model/summary.js'
import type { Model } from './model/trainable-model.js'
import { adam, type Optimizer, type OptimizerFactory, type Parameter } from './optimizer/index.js'

export interface LearnerOptions {
  /** Default: inferred from the targets and the model's last layer; see {@link inferLoss}. */
  loss?: LossFunction
  /** Figures for each validation pass: functions of (pred, target), averaged over samples, or {@link Metric} objects. */
  metrics?: readonly (MetricFunction | Metric)[]
  /** Default: `adam()` with fastai 1's settings (beta 0.9 and 0.99, eps 1e-8, decoupled decay). */
  optimizer?: OptimizerFactory
  /** Weight decay; default 1e-2. */
  wd?: number
  /** Whether biases and normalization parameters decay too (fastai 1: true, fastai 2: false). Default false. */
  wd_bn_bias?: boolean
  /** Heard in every fit. */
  callbacks?: readonly Callback<Learner>[]
  /** Decides the order of the training batches, in place of the data's own seed. */
  seed?: number
  /** Whether and how a fit shows a progress bar and the epoch table. Default true. */
  progress?: boolean | ProgressOptions
}

/**
 * Trains a model on data, and shows what happened.
 *
 * `fit`, `fit_one_cycle` and `lr_find` run the same loop, which reads from top to bottom below: a fit is epochs, an epoch
 * is a training pass and a validation pass, a pass is batches, and a batch is prediction, loss, gradients and step. Each
 * of these fires its events, through which callbacks see and change everything that happens. The names and the order of
 * events are fastai 2's.
 *
 * @example
 * const data = await datasets.mnist_sample()
 * const learn = new Learner(data, simple_cnn([3, 16, 16, 2]), { metrics: [accuracy] })
 * await learn.fit_one_cycle(2, 5e-2)
 */
export class Learner implements TrainingState {
  readonly data: DataBunch
  readonly model: Model
  readonly loss_func: LossFunction
  readonly metrics: readonly Metric[]
  readonly opt: Optimizer
  /** Trained parameters, by layer group. */
  readonly groups: readonly (readonly Parameter[])[]
  readonly bus: Bus<Learner>
  readonly recorder = new Recorder()

  n_epoch = 0
  epoch = 0
  n_iter = 0
  iter = 0
  train_iter = 0
  pct_train = 0
  training = false
  lr_finding = false
  xb!: Tensors
  yb!: Tensors
  bs = 0
  pred!: Tensors
  loss!: Scalar
  lossValue = Number.NaN
  grads: Record<string, Tensor> = {}
  values: Record<string, number> = {}
  reason: EndReason | undefined
  error: unknown

  readonly #validLoss: AverageMetric
  readonly #figures: readonly Metric[]
  /** What the current batch has made and must dispose. */
  #owned: (Tensors | Record<string, Tensor>)[] = []
  #busy: string | undefined
  #interrupted = false
  #lastTurn = 0

  /**
   * @throws TypeError or RangeError when data and model do not fit together, or no loss can be inferred.
   */
  constructor(data: DataBunch, model: Model, options: LearnerOptions = {}) {
    const {
      metrics = [],
      optimizer = adam({ eps: 1e-8 }),
      wd = 1e-2,
      wd_bn_bias = false,
      callbacks = [],
      progress = true,
    } = options
    checkFits(data, model)
    this.data = data
    this.model = model
    this.loss_func = options.loss ?? inferLoss(model, data.target)
    this.metrics = metrics.map(metric => (typeof metric === 'function' ? new AverageMetric(metric) : metric))
    this.#validLoss = new AverageMetric(this.loss_func, 'valid_loss')
    this.#figures = [this.#validLoss, ...this.metrics]
    this.groups = [parametersOf(model)]
    this.opt = optimizer(this.groups, { wd, wd_bn_bias })
    if (options.seed !== undefined) reseed(data.train_dl, options.seed)
    this.bus = new Bus<Learner>([this.recorder, new DivergenceGuard(), ...progressBar(progress), ...callbacks])
    this.bus.fire('after_create', this)
  }

  get n_train_iter(): number {
    return this.data.train_dl.length
  }

  get metricNames(): readonly string[] {
    return this.metrics.map(metric => metric.name)
  }

  // ------------------------------------------------------------------------------------------------ training, as it is asked for

  /**
   * Trains at a constant learning rate: `fit(lr, n)`, or fastai 1's `fit(epochs, lr)`. When the second argument is a
   * positive integer it is the number of epochs; otherwise the first is. `fit(n)` uses the rate 3e-3.
   *
   * @returns what the fit recorded.
   * @throws RangeError for arguments that fit neither form.
   * @throws DivergedError when the loss becomes NaN or infinite.
   * @throws What a callback throws, unchanged.
   * @example
   * await learn.fit(1e-2, 3)
   */
  async fit(first: Rates, second?: Rates, options: FitOptions = {}): Promise<History> {
    const { n, lr } = fitArguments(first, second)
    const rates = group_rates(lr, this.opt.groups)
    const { epochs, callbacks } = fitPlan(rates, n, options, this.n_train_iter)
    return this.#exclusively('fit', () => {
      this.opt.set('lr', rates)
      return this.#run(epochs, options, callbacks)
    })
  }

  /**
   * Trains with the 1cycle policy: the learning rate rises from `lr_max / div_factor` to `lr_max` and falls to practically
   * nothing, while momentum does the opposite. Source: Smith 2018 (arXiv:1803.09820), as fastai 1 documents it.
   *
   * @param n number of epochs
   * @param lr_max the highest learning rate; default 3e-3
   * @throws as {@link fit}
   * @example
   * await learn.fit_one_cycle(2, 5e-2)
   */
  async fit_one_cycle(n: number, lr_max: Rates = 3e-3, options: OneCycleFitOptions = {}): Promise<History> {
    checkEpochs(n)
    const scheduler = oneCycleScheduler(group_rates(lr_max, this.opt.groups), options)
    return this.#exclusively('fit_one_cycle', () => this.#run(n, options, [scheduler]))
  }

  /**
   * Mock training at rates rising from `start_lr` to `end_lr`, to see where the loss falls fastest. Afterwards the model,
   * the optimizer, batch-norm statistics and the order of the data are exactly what they were.
   *
   * @returns the suggested learning rate with what it was read from; `learn.recorder.plot()` draws it.
   * @example
   * const { suggestion } = await learn.lr_find()
   */
  async lr_find(options: LrFindOptions = {}): Promise<LrFindResult> {
    const finder = new LRFinder(options)
    return this.#exclusively('lr_find', async () => {
      const before = await capture(this)
      this.lr_finding = true
      try {
        await this.#run(Math.ceil(finder.num_it / this.n_train_iter), options, [finder])
      } finally {
        this.lr_finding = false
        restore(this, before)
      }
      this.recorder.lrFind = finder.result
      return finder.result
    })
  }

  // ------------------------------------------------------------------------------------------------ the loop, from the outside in

  async #run(n_epoch: number, options: TrainOptions, ownCallbacks: readonly Callback<Learner>[] = []): Promise<History> {
    const { wd, signal } = options
    const callbacks = [...ownCallbacks, ...(options.callbacks ?? [])]
    if (wd !== undefined) this.opt.set('wd', wd)
    const gates = this.bus.callbacks.map(callback => [callback, callback.run ?? true] as const)
    this.#interrupted = false
    const stopListening = onInterrupt(() => {
      this.#interrupted = true
    }, signal)
    try {
      this.bus.add(...callbacks)
      await this.#fit(n_epoch)
    } finally {
      stopListening()
      this.bus.remove(...callbacks)
      for (const [callback, run] of gates) if ((callback.run ?? true) !== run) callback.run = run
    }
    return this.recorder.history
  }

  async #fit(n_epoch: number): Promise<void> {
    Object.assign(this, { n_epoch, epoch: 0, iter: 0, train_iter: 0, pct_train: 0, values: {}, lossValue: Number.NaN })
    this.reason = this.error = undefined
    const errors: unknown[] = []
    try {
      await this.#fire('before_fit')
      for (let epoch = 0; epoch < n_epoch; epoch++) {
        this.epoch = epoch
        await this.#section('epoch', () => this.#epoch())
      }
      this.reason = 'completed'
    } catch (signal) {
      if (signal instanceof CancelFit) {
        this.reason = signal.reason
        await this.bus.fireToAll('after_cancel_fit', this).catch(error => errors.push(error))
      } else errors.push(signal)
    }
    if (errors.length > 0) {
      this.error = errors[0]
      this.reason = this.error instanceof DivergedError ? 'diverged' : 'failed'
    }
    await this.bus.fireToAll('after_fit', this).catch(error => errors.push(error))
    if (errors.length > 0) throw errors[0]
  }

  async #epoch(): Promise<void> {
    this.values = {}
    await this.#train(this.data.train_dl)
    if (this.data.valid_dl && !this.lr_finding) await this.#validate(this.data.valid_dl)
  }

  async #train(dl: BatchStream): Promise<void> {
    this.training = true
    this.pct_train = this.epoch / this.n_epoch
    await this.#section('train', () => this.#batches(dl))
  }

  async #validate(dl: BatchStream): Promise<void> {
    this.training = false
    await this.#section('validate', async () => {
      for (const figure of this.#figures) figure.reset()
      await this.#batches(dl)
      for (const figure of this.#figures) this.values[figure.name] = figure.value
    })
  }

  async #batches(dl: BatchStream): Promise<void> {
    let next = 0
    this.n_iter = dl.length
    for await (const batch of dl as AsyncIterable<Batch>) {
      this.iter = next++
      await this.#batch(batch)
      if (this.#interrupted) throw new CancelFit('interrupted')
      await this.#letOthersRun()
    }
  }

  async #batch({ xs, ys, size }: Batch): Promise<void> {
    this.xb = xs
    this.yb = ys
    this.bs = size
    this.#owned = [xs, ys]
    try {
      await this.#section('batch', () => (this.training ? this.#trainBatch() : this.#validBatch()))
    } finally {
      dispose([this.#owned, this.xb, this.yb, this.grads] as TensorContainer)
      this.grads = {}
    }
  }

  async #trainBatch(): Promise<void> {
    await this.#backward()
    await this.#section('step', () => this.opt.step(this.grads))
  }

  /** Prediction, loss and gradients: one synchronous pass, because whatever runs while it is recorded is differentiated. */
  async #backward(): Promise<void> {
    let reached = false
    let cancelled = false
    try {
      const gradients = differentiate(() => {
        this.#forward()
        reached = true
        this.#fire('before_backward')
        return this.#own(this.loss)
      }, this.groups.flat())
      this.grads = this.#own(gradients)
    } catch (signal) {
      if (!(signal instanceof CancelBackward && reached)) throw signal
      cancelled = true
    }
    this.lossValue = (await this.loss.data())[0]!
    if (cancelled) await this.#fire('after_cancel_backward')
    await this.#fire('after_backward')
  }

  async #validBatch(): Promise<void> {
    tidy(() => this.#forward())
    this.lossValue = (await this.loss.data())[0]!
    this.#validLoss.add(this.lossValue, this.bs)
    for (const metric of this.metrics) await metric.accumulate(this.pred, this.yb)
  }

  #forward(): void {
    this.pred = this.#own(this.model.apply(this.xb as Tensor, { training: this.training }) as Tensors)
    this.#fire('after_pred')
    this.#own(this.pred)
    this.loss = this.#own(this.loss_func(this.pred, this.yb))
    this.#fire('after_loss')
    this.#own(this.loss)
  }

  // ------------------------------------------------------------------------------------------------ what the loop stands on

  /** Fires `before_X`, runs the body, on its own cancel signal fires `after_cancel_X`, and then fires `after_X`. */
  async #section(section: Section, body: () => void | Promise<void>): Promise<void> {
    try {
      const pending = this.#fire(`before_${section}`)
      if (pending) await pending
      await body()
    } catch (signal) {
      if (!(signal instanceof CancelSignal && signal.section === section)) throw signal
      await this.#fire(`after_cancel_${section}`)
    }
    if (section === 'batch' && this.training) this.#advance()
    const pending = this.#fire(`after_${section}`)
    if (pending) await pending
  }

  #advance(): void {
    this.train_iter++
    this.pct_train += 1 / (this.n_iter * this.n_epoch)
  }

  #fire(event: EventName): void | Promise<void> {
    return this.bus.fire(event, this)
  }

  /** Keeps tensors from being tidied away; the batch disposes them when it is over. */
  #own<T extends Tensors | Record<string, Tensor>>(tensors: T): T {
    this.#owned.push(tensors)
    for (const tensor of tensors instanceof Tensor ? [tensors] : Object.values(tensors)) keep(tensor)
    return tensors
  }

  /** Lets signals, timers and other work in after 30 ms: awaiting what is already there does not. */
  async #letOthersRun(): Promise<void> {
    if (performance.now() - this.#lastTurn < 30) return
    await nextTurn()
    this.#lastTurn = performance.now()
  }

  async #exclusively<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#busy) {
      throw new Error(
        `${what} was called while ${this.#busy} is running on this Learner. Await the first call before the second.`,
      )
    }
    checkUsable(this.groups.flat(), what)
    this.#busy = what
    try {
      return await work()
    } finally {
      this.#busy = undefined
    }
  }

  // ------------------------------------------------------------------------------------------------ using the model

  /**
   * Loss and metrics over a data stream, by name; default the validation data.
   *
   * @throws TypeError when there is no validation data.
   * @example
   * await learn.validate()   // { valid_loss: 0.029, accuracy: 0.990 }
   */
  async validate(dl: BatchStream | undefined = this.data.valid_dl): Promise<Record<string, number>> {
    if (!dl)
      throw new TypeError('validate() has no data: the DataBunch was made without a validation set. Pass a stream: validate(dl).')
    return this.#exclusively('validate', async () => {
      this.values = {}
      await this.#validate(dl)
      return { ...this.values }
    })
  }

  /**
   * Predictions for a batch: probabilities where the loss says how to get them (classes, yes or no), the model's output
   * otherwise. The caller disposes the result.
   *
   * @param x [batch, ...], or one such tensor per input
   * @throws RangeError when the shape does not fit the model
   */
  predict(x: Tensors): Tensors {
    checkUsable(this.groups.flat(), 'predict')
    checkInput(this.model, x)
    return tidy(() => {
      const pred = this.model.apply(x as Tensor, { training: false }) as Tensors
      return this.loss_func.activation && pred instanceof Tensor ? this.loss_func.activation(pred) : pred
    })
  }

  /**
   * Predictions (as {@link predict}) and targets of a whole data stream, in its order; default the validation data.
   * The caller disposes both.
   */
  async get_preds(dl: BatchStream | undefined = this.data.valid_dl): Promise<{ preds: Tensor; targets: Tensor }> {
    if (!dl)
      throw new TypeError(
        'get_preds() has no data: the DataBunch was made without a validation set. Pass a stream: get_preds(dl).',
      )
    return this.#exclusively('get_preds', async () => {
      const preds: Tensor[] = []
      const targets: Tensor[] = []
      try {
        for await (const { xs, ys } of dl as AsyncIterable<Batch>) {
          preds.push(single('predictions', this.predict(xs)))
          targets.push(single('targets', ys))
          dispose(xs)
          await this.#letOthersRun()
        }
        return { preds: concat(preds), targets: concat(targets) }
      } finally {
        dispose([preds, targets])
      }
    })
  }

  /** A table of the model's layers: output shape, parameters, and whether they train. */
  summary(): string {
    return summarize(this)
  }

  /**
   * Writes weights and optimizer state to one file in safetensors format; `.safetensors` is added when missing. The file
   * appears whole or not at all. Returns its path.
   */
  async save(path: string, options: { with_opt?: boolean } = {}): Promise<string> {
    return this.#exclusively('save', async () => saveCheckpoint(path, await capture(this), options))
  }

  /**
   * Reads what {@link save} wrote into this Learner.
   *
   * @throws Error when the file is missing, truncated or foreign, or does not fit the model; nothing is changed then.
   */
  async load(path: string, options: { with_opt?: boolean } = {}): Promise<this> {
    return this.#exclusively('load', async () => {
      restore(this, await loadCheckpoint(path, options))
      return this
    })
  }

  /** Frees the optimizer's state. The model stays usable, and is its owner's to dispose. */
  dispose(): void {
    this.opt.dispose()
  }
}

function reseed(dl: BatchStream, seed: number): void {
  if (!dl.reseed)
    throw new TypeError(
      'seed was given, but the source of the training data decides its order by itself. Seed the source instead.',
    )
  dl.reseed(seed)
}

function progressBar(progress: boolean | ProgressOptions): ProgressBar[] {
  return progress ? [new ProgressBar(progress === true ? {} : progress)] : []
}

function single(what: string, tensors: Tensors): Tensor {
  if (tensors instanceof Tensor) return tensors
  throw new TypeError(
    `get_preds() gathers one tensor a batch, but there are ${tensors.length} ${what}. Use predict() on each batch.`,
  )
}
