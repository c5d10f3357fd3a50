import type { Bus, Callback, Rates, Tensors } from '@onecycle/callbacks'
import type { Batch, BatchStream, DataBunch, Dataset } from '@onecycle/data'
import { inOrder } from '@onecycle/data/internal'
import {
  addAnswers,
  checkFileName,
  checkOptions,
  type FileSource,
  kind,
  listOf,
  type PrettyString,
  plainError,
  rangeError,
  say,
  show,
  typeError,
} from '@onecycle/platform'
import type { Plot } from '@onecycle/plot'
import { emptyHistory, type History, ProgressBar, Recorder, type Sched } from '@onecycle/recorder'
import { OutputGuard } from '@onecycle/recorder/internal'
import { type Tensor, tidy } from '@tensorflow/tfjs-core'
import { accelerate } from './accelerate.js'
import { checkArguments, checkData } from './check/arguments.js'
import { checkFits, checkInput, checkUsable, inputShapes } from './check/fits.js'
import { streamOf } from './check/stream-of.js'
import type { SaveOptions } from './checkpoint/file.js'
import type { LoadOptions, LoadReport } from './checkpoint/load.js'
import type { TakeUpOptions } from './checkpoint/resume.js'
import { bytesOf, saveFrom } from './checkpoint/save.js'
import { severalOf } from './distributed/part-of.js'
import type { RankedLearner } from './distributed/ranked-learner.js'
import { DivergenceGuard } from './diverged.js'
import type { ExportFiles } from './export/export-files.js'
import { defaultRate } from './fit/default-rate.js'
import type * as ways from './fit/options.js'
import type { FitPlan } from './fit/plan.js'
import { AnsweringLoop } from './foreign-names.js'
import type { ShowResultsOptions } from './interpret/show-results.js'
import type * as given from './learner-options.js'
import { elsewhere, learnerKinds } from './learner-options.js'
import { type LossFunction, readAs, requireWeighs } from './loss/loss-function.js'
import { lossOf, predictionsHeld, predictionsOf } from './loss/loss-of.js'
import { outputsOf } from './loss/output.js'
import { finderNames } from './lr-find/foreign-names.js'
import type * as finder from './lr-find/lr-finder.js'
import type { LrFindResult } from './lr-find/lr-finder.js'
import type { Searching } from './lr-find/search.js'
import type { Metric } from './metric/metric.js'
import { metricsOf } from './metric/metrics-of.js'
import { requireMetricWeighs } from './metric/take-in.js'
import { arrangeBatch } from './model/arrange-inputs.js'
import { checkModel } from './model/check-model.js'
import { constrain } from './model/constraints.js'
import { Freezing } from './model/freezing.js'
import { layerGroups } from './model/layer-groups.js'
import { freeKeptStates, keepingStates, setStatesAside } from './model/layer-states.js'
import { lostFreezes } from './model/mend-layers.js'
import { type Samples, sampleTensors } from './model/sample-tensors.js'
import { summarize } from './model/summary.js'
import type { Model } from './model/trainable-model.js'
import { adam, type Parameter } from './optimizer/index.js'
import { optimizerOf } from './optimizer/optimizer-of.js'
import { DataOrder } from './random/data-order.js'
import { drawSeed } from './random/draw-seed.js'
import { drawFrom } from './random/draws.js'
import { RandomStreams } from './random/random-streams.js'
import type { TrainingLoop } from './training-loop.js'
import { checkIdle, whileTraining } from './work/in-training.js'
import type { Outcomes } from './work/outcomes.js'

/**
 * The options of all that a Learner does, its callbacks hearing a Learner.
 *
 * @interface
 */
export type LearnerOptions = given.LearnerOptions<Learner>
/**
 * What every way to train is given: callbacks for this training alone, the folder that it goes on from, and what is asked of the optimizer.
 *
 * @interface
 */
export type TrainOptions = ways.TrainOptions<Learner>
/**
 * What `learn.fit` is given: what every way to train is, and fastai 0.7's cycles; with `cycle_len`, `n` counts cycles instead of epochs.
 *
 * @interface
 */
export type FitOptions = ways.FitOptions<Learner>
/**
 * A fit as `learn.fit` is given it in one object: rate and epochs beside the options.
 *
 * @interface
 */
export type FitCall = ways.FitCall<Learner>
/**
 * What `learn.fit_one_cycle` is given: the options of `one_cycle` but the rate, and what every way to train is.
 *
 * @interface
 */
export type OneCycleFitOptions = ways.OneCycleFitOptions<Learner>
/**
 * What `learn.fit_flat_cos` is given: the options of `flat_cos` but the rate, and what every way to train is.
 *
 * @interface
 */
export type FlatCosFitOptions = ways.FlatCosFitOptions<Learner>
/**
 * What `learn.fit_sgdr` is given: how cycles grow, and what every way to train is.
 *
 * @interface
 */
export type SgdrFitOptions = ways.SgdrFitOptions<Learner>
/**
 * What `learn.fine_tune` is given: the options of `fine_tune` but epochs and rate, and what every way to train is.
 *
 * @interface
 */
export type FineTuneFitOptions = ways.FineTuneFitOptions<Learner>
/**
 * What `learn.lr_find` is given: the rates that it tries, how many, whose rules it follows, and its suggestions.
 *
 * @interface
 */
export type LrFindOptions = finder.LrFindOptions<Learner>

/**
 * Trains a model on data, and shows what happened.
 *
 * What happens inside a fit is the {@link TrainingLoop}; here are the ways to ask for it, and to use what came of it.
 *
 * @example
 * const data = await datasets.mnist_sample()
 * const learn = new Learner(data, simple_cnn([3, 16, 16, 2]), { metrics: [accuracy] })
 * await learn.fit_one_cycle(2, 5e-2)
 */
export class Learner extends AnsweringLoop {
  static override readonly name: string = 'Learner'
  /** What hears it takes it for a Learner, whatever kind of one it is: one of them can stand wherever a Learner is asked for. */
  declare readonly bus: Bus<Learner>
  readonly recorder = new Recorder()
  /** The parameters by layer group, first layers first. */
  readonly groups: readonly (readonly Parameter[])[]
  readonly #freezing: Freezing
  readonly #seeded: boolean
  #order: DataOrder
  #loaded: LoadReport | undefined
  #fitted = false
  #shown!: (history: History) => History

  /**
   * @throws TypeError or RangeError when data and model do not fit together, no loss can be inferred, layer groups are wrong, an
   * option is unknown, the model is of another copy of TensorFlow.js, or a layer was given what would be left out.
   */
  constructor(data: DataBunch, model: Model, options: LearnerOptions = {}) {
    checkArguments(data, model)
    checkOptions<LearnerOptions>('Learner', options, learnerKinds, elsewhere)
    const { optimizer = adam({ eps: 1e-8 }), wd, wd_bn_bias = false, train_bn = true } = options
    const { log = say, distributed } = options
    checkModel(model)
    checkFits(data, model)
    const { seed = data.train_dl.seed ?? drawSeed() } = options
    const groups = layerGroups(model, options.layer_groups)
    const loss_func = lossOf(options.loss, model, data, options.loss_weights)
    const outputs = outputsOf(model)
    const heads = loss_func.heads?.map(({ name, loss }, i) => ({ name, loss, predictions: predictionsOf(loss, outputs?.[i]) }))
    const metrics = metricsOf(options.metrics, predictionsHeld(loss_func, model), heads)
    checkWeighs(data, loss_func, metrics)
    super({
      random: new RandomStreams(seed),
      data,
      model,
      loss_func,
      metrics,
      opt: optimizerOf(optimizer)(groups, { wd_bn_bias, ...(wd !== undefined && { wd }) }),
      log: (!distributed?.rank && log) || (() => {}),
      comm: severalOf(distributed),
    })
    this.groups = groups
    this.#freezing = new Freezing(model, this.forwardPass, groups, train_bn)
    this.#seeded = options.seed !== undefined
    this.bus.add(
      this.#freezing,
      ...modelCallbacks(model, groups.flat()),
      new OutputGuard(),
      this.recorder,
      new DivergenceGuard(),
      ...progressBar(options.progress ?? true),
      ...listOf(options.callbacks),
    )
    this.#order = this.#orderOf()
    for (const line of lostFreezes(model)) this.log(line)
    if (options.loss === undefined && (heads || (data.target === 'class' && data.targetShape.length > 0)))
      this.log(`The loss is ${loss_func.name}${heads ? '' : `, of a class for each of [${data.targetShape}]`}.`)
    this.bus.fire('after_create', this)
  }

  /**
   * What decides all that is random here: given, or that of the data (default 0), or else drawn. Another Learner with this `seed`,
   * the same data and the same weights does the same to the bit.
   */
  get seed(): number {
    return this.random.seed
  }

  /** What ran last, a fit or a search, by fastai 0.7's names: `learn.sched.plot()`, `plot_lr()`, `plot_loss()`. */
  get sched(): Sched {
    return this.recorder.sched
  }

  /**
   * The data that is trained and validated on. Between two fits it may be replaced, by larger images or another fold, say. It must fit
   * the model as the first data did, and be labels or values as that was; a seed that was given to the Learner decides its order too.
   *
   * @throws Error while something runs here: the batches of a fit are those that it began with. TypeError or RangeError for what does
   * not fit; the data stays what it was then.
   * @example
   * learn.data = DataBunch.from_datasets(larger.train, larger.valid)
   * await learn.fit_one_cycle(2, 1e-3)
   */
  override get data(): DataBunch {
    return super.data
  }

  override set data(data: DataBunch) {
    const running = this.turns.what
    if (running)
      throw plainError(
        'learner-busy',
        `data was set while ${running} is running on this Learner, and its batches are those that it began with. Set it when that is over.`,
      )
    checkData(data)
    checkFits(data, this.model)
    if (kindOf(data) !== kindOf(this.data))
      throw typeError(
        'target-kind',
        `The targets of the new data are ${kindOf(data)}, but this Learner was made for ${kindOf(this.data)}. Make a new Learner for them.`,
      )
    checkWeighs(data, this.loss_func, this.metrics)
    super.data = data
    this.#order = this.#orderOf()
  }

  override get trained(): readonly Parameter[] {
    return this.#freezing.trained
  }

  // ------------------------------------------------------------------------------------------------ ways to train

  /**
   * Trains at a constant learning rate: `fit(lr, n)`, or fastai 1's `fit(epochs, lr)`. The number of epochs is the one that is
   * a positive whole number; where both are, they are refused: `fit({ epochs: 3, lr: 1 })`, which takes the options too, cannot
   * be misread. `fit(n)` uses the rate that the optimizer was given, or else 3e-3.
   *
   * With `cycle_len` it trains in fastai 0.7's cycles, of which n is the number: cosine annealing with warm restarts, or
   * `use_clr: [div, cut_div]` and `use_clr_beta`.
   *
   * @returns what the fit recorded.
   * @throws RangeError for arguments that fit no form or two, and for a rate that is undefined, as where `lr_find` suggested none:
   * it has a default only when it is left out. TypeError for an unknown option.
   * @throws DivergedError when the loss becomes NaN or infinite.
   * @throws InterruptedError when Ctrl-C or SIGTERM ended it, after its batch and when callbacks have cleaned up; with `signal`, the reason
   * that this gives. What was recorded stays in `recorder.history`.
   * @throws What a callback throws, unchanged.
   * @example
   * await learn.fit(1e-2, 3)
   * await learn.fit(1e-2, 2, { cycle_len: 1, use_clr: [32, 5] })
   * await learn.fit({ epochs: 3, lr: 1, callbacks: [stopping] })
   */
  fit(epochs: number): Promise<History>
  fit(lr: Rates | undefined, epochs: number, options?: FitOptions): Promise<History>
  fit(epochs: number, lr: Rates | undefined, options?: FitOptions): Promise<History>
  fit(call: FitCall): Promise<History>
  async fit(...given: unknown[]): Promise<History> {
    return this.#train('fit', async () => {
      const { fitArguments, planFit, ratesOf } = await otherPlans()
      const { n, lr, options } = fitArguments<Learner>(given, this.opt.ownRate)
      const rates = ratesOf(this, 'fit', lr)
      const plan = planFit(this, n, rates, options)
      const { wds } = options
      return { ...plan, rates, options: wds === undefined ? options : { ...options, wd: wds } }
    })
  }

  /**
   * Trains with the 1cycle policy: the learning rate rises from `lr_max / div_factor` to `lr_max` and falls to practically
   * nothing, while momentum does the opposite. Source: Smith 2018 (arXiv:1803.09820), as fastai 1 documents it; the option
   * `form` picks one of the other published forms.
   *
   * @param n number of epochs
   * @param given `lr_max`, the highest learning rate, or one per layer group, and options; default: the optimizer's, where that was given one, or else 3e-3
   * @throws as {@link fit}
   * @example
   * await learn.fit_one_cycle(2, 5e-2)
   */
  async fit_one_cycle(n: number, ...given: [lr_max?: Rates, options?: OneCycleFitOptions]): Promise<History> {
    const [lr_max, options = {}] = withDefault(given, this.opt.ownRate)
    return this.#train('fit_one_cycle', async () => {
      const { planOneCycle, ratesOf } = await import('./fit/plan.js')
      return { ...planOneCycle(this, n, ratesOf(this, 'fit_one_cycle', lr_max), options), options }
    })
  }

  /** Trains at a flat rate and then down a cosine. Source: fastai 2's `fit_flat_cos`. Throws as {@link fit}. */
  async fit_flat_cos(n: number, ...given: [lr?: Rates, options?: FlatCosFitOptions]): Promise<History> {
    const [lr, options = {}] = withDefault(given, this.opt.ownRate)
    return this.#train('fit_flat_cos', async () => {
      const { planFlatCos, ratesOf } = await otherPlans()
      return { ...planFlatCos(n, ratesOf(this, 'fit_flat_cos', lr), options), options }
    })
  }

  /**
   * Trains in cycles of one cosine each, `cycle_len` epochs at first and `cycle_mult` times longer each time.
   * Source: fastai 2's `fit_sgdr`; Loshchilov and Hutter 2016 (arXiv:1608.03983). Throws as {@link fit}.
   */
  async fit_sgdr(n_cycles: number, cycle_len: number, ...given: [lr_max?: Rates, options?: SgdrFitOptions]): Promise<History> {
    const [lr_max, options = {}] = withDefault(given, this.opt.ownRate)
    return this.#train('fit_sgdr', async () => {
      const { planSgdr, ratesOf } = await otherPlans()
      return { ...planSgdr(n_cycles, cycle_len, ratesOf(this, 'fit_sgdr', lr_max), options), options }
    })
  }

  /**
   * Trains the last layer group alone, and then everything with rates that fall towards the first layers: for a model that
   * has been trained on something else. A callback that ends the first part early leads on to the second; an error, an
   * interruption or divergence ends both, and leaves frozen what was frozen before. Resolves to the history of the second
   * part. Source: fastai 2's `fine_tune`.
   *
   * @param epochs epochs of the second part
   * @param given `base_lr`, the rate of the last group in the first part, and options; default: the optimizer's, where that was given one, or else 2e-3
   * @throws as {@link fit}; RangeError when there is only one layer group
   */
  async fine_tune(epochs: number, ...given: [base_lr?: number, options?: FineTuneFitOptions]): Promise<History> {
    const [base_lr, options = {}] = withDefault(given, [this.opt.ownRate ?? 2e-3].flat().at(-1))
    const plans = async () => {
      const { planFineTune, ratesOf } = await otherPlans()
      const rates = (lr_max: Rates) => ratesOf(this, 'fine_tune', lr_max)
      return planFineTune(this, { epochs, base_lr, search: this.recorder.lrFind, rates }, options)
    }
    return this.#training(
      'fine_tune',
      plans,
      async ({ first, second }) => {
        let { frozen_to } = this.#freezing
        this.freeze()
        try {
          this.#freezing.check('fine_tune')
          const ofFirst = first && (await this.#follow('fine_tune', { ...first, options }))
          if (ofFirst?.reason === 'diverged') return ofFirst
          this.unfreeze()
          const history = await this.#follow('fine_tune', { ...second, ...(first && { note: undefined }), options })
          frozen_to = 0
          return history
        } finally {
          this.freeze_to(frozen_to)
        }
      },
      options,
    )
  }

  /**
   * Mock training at rates rising from `start_lr` to `end_lr`, to see where the loss falls fastest. Afterwards the model,
   * the optimizer, batch-norm statistics and the order of the data are exactly what they were. Where nothing can be read off the
   * curve, `lr` is undefined, and `reason` says why; so does one line through the option `log`. Callbacks of the Learner that set
   * hyper-parameters hear nothing of it; one that is handed to the search and sets the rate is refused.
   *
   * @returns the suggested learning rate with what it was read from; `learn.recorder.plot()` draws it.
   * @throws TypeError for `valid` without validation data. When it is interrupted, as {@link fit}: the curve so far is
   * `learn.recorder.lrFind`.
   * @example
   * const { lr } = await learn.lr_find()
   */
  async lr_find(options: LrFindOptions = {}): Promise<LrFindResult> {
    const plan = async () => {
      const { RateSearch } = await import('./lr-find/search.js')
      return new RateSearch(this as unknown as Searching, options)
    }
    return this.#training('lr_find', plan, async search => {
      this.#freezing.check('lr_find')
      return search.run((n_epoch, finder) => this.run(n_epoch, [finder, ...listOf(options.callbacks)], options))
    })
  }

  /** {@link lr_find}, by the name that the finder itself has elsewhere. */
  lr_finder(options: LrFindOptions = {}): Promise<LrFindResult> {
    return this.lr_find(options)
  }

  static {
    // Elsewhere it is an object that was made by the search.
    addAnswers(Learner.prototype.lr_finder, 'learn.lr_finder', finderNames)
  }

  /**
   * Ends the fit, the search or the measurement that runs here, after its current batch: it rejects as where its `signal` is aborted, with
   * this reason, by default an `AbortError`. What was recorded stays. When nothing runs, nothing happens.
   *
   * @example
   * setTimeout(() => learn.interrupt(), 60_000)
   * await learn.fit_one_cycle(30, 1e-2)   // rejects after a minute, and recorder.history has what it did
   */
  interrupt(reason?: unknown): void {
    this.pace.interrupt(reason)
  }

  // ------------------------------------------------------------------------------------------------ what trains

  /** Trains the last layer group only. See {@link freeze_to}. */
  freeze(): void {
    if (this.groups.length < 2)
      throw rangeError(
        'layer-groups',
        'freeze() trains the last layer group only, but there is just one: make some with layer_groups.',
      )
    this.freeze_to(-1)
  }

  /**
   * Trains all layer groups. A layer with `trainable = false` stands still until that is set to true, and is named in a line of
   * the option `log`.
   */
  unfreeze(): void {
    this.freeze_to(0)
    const frozen = this.#freezing.frozenLayers().map(({ name }) => name)
    if (frozen.length > 0) {
      this.log(
        `unfreeze(): trainable = false keeps ${frozen.length === 1 ? 'a layer' : `${frozen.length} layers`} frozen: ${frozen.join(', ')}. ` +
          'Set layer.trainable = true to train them, too.',
      )
    }
  }

  /**
   * Trains the layer groups from the n-th on (counted from the end when negative) and leaves the others as they are: their
   * weights, and the optimizer's memory of them. Their normalization goes on training, unless `train_bn` is false: then it
   * uses and keeps its running statistics.
   *
   * A layer whose `trainable` is false stands still in any group, its running statistics too; set it at any time, and it holds from
   * the next epoch on.
   *
   * @throws RangeError when there is no such group.
   */
  freeze_to(n: number): void {
    const first = Number.isInteger(n) && n < 0 ? this.groups.length + n : n
    if (!Number.isInteger(n) || first < 0 || first >= this.groups.length) {
      throw rangeError(
        'layer-groups',
        `freeze_to(${show(n)}): there are ${this.groups.length} layer groups, so n must be a whole number from ${-this.groups.length} to ${this.groups.length - 1}.`,
      )
    }
    this.#freezing.freeze_to(first)
  }

  // ------------------------------------------------------------------------------------------------ using the model

  /**
   * Loss and metrics over all of a data stream, or a data set, in its order, by name; default the validation data. A callback may await
   * it between the batches of a fit, in `before_fit`, `after_epoch` and the like: it changes nothing there, and only the events of its
   * batches are told.
   *
   * @throws TypeError when there is no validation data; Error within a batch of a fit; InterruptedError as {@link fit}.
   * @example
   * await learn.validate()   // { valid_loss: 0.029, accuracy: 0.990 }
   */
  async validate(given?: BatchStream | Dataset): Promise<Record<string, number>> {
    const dl = streamOf('validate', given, this.data)
    return this.#measuring('validate', () => this.#together(() => this.measure(dl)))
  }

  /**
   * Predictions for a batch: probabilities where the loss says how to get them (classes, yes or no), the model's output
   * otherwise. The caller disposes the result.
   *
   * @param x [batch, ...], or one such tensor per input: in the order of the model's, or by their names. Numbers may lie in arrays,
   * nested or one after the other, and a single sample needs no batch axis
   * @throws RangeError when names or shapes do not fit the model; TypeError for what holds no numbers
   * @example
   * learn.predict([[5.1, 3.5, 1.4, 0.2]])
   */
  predict(x: Samples | readonly Samples[] | Readonly<Record<string, Samples>>): Tensors {
    checkUsable(this.groups.flat(), 'predict')
    const forward = () => {
      const xs = sampleTensors(x, inputShapes(this.data, this.model), this.inputNames)
      checkInput(this.model, xs)
      const pred = this.forwardPass.run(xs, false)
      return readAs(this.loss_func, pred)
    }
    // By itself a stateful model goes on from call to call; within a fit it goes on with the fit.
    const putBack = this.turns.what ? setStatesAside(this.model) : () => {}
    try {
      return drawFrom(this.random.prediction(), () => tidy(forward))
    } finally {
      putBack()
    }
  }

  /**
   * Predictions (as {@link predict}) and targets of a whole data stream, or of a data set, in its order; default the validation data.
   * The caller disposes both. Of several outputs they are objects by name, `get_preds<Record<string, Tensor>>()`; the targets of a stream that has
   * none are an empty tensor. In a callback, and what it throws, as {@link validate}.
   */
  async get_preds<Parts extends Tensor | Readonly<Record<string, Tensor>> = Tensor>(
    given?: BatchStream | Dataset,
  ): Promise<{ preds: Parts; targets: Parts }> {
    const dl = streamOf('get_preds', given, this.data)
    return this.#measuring('get_preds', async () => {
      const { predictionsOf: wholeOf } = await import('./work/predictions.js')
      const predict = (batch: Batch) => {
        const { xs, ys } = arrangeBatch(batch, this.inputNames, this.loss_func)
        return { pred: this.predict(xs), ys }
      }
      const names = this.loss_func.heads?.map(({ name }) => name)
      const { preds, targets } = await inOrder(dl, stream => wholeOf(stream, predict, names, this.random, this.pace))
      return { preds: preds as Parts, targets: targets as Parts }
    })
  }

  /**
   * What came of each sample of a data stream, or of a data set, in its order; default the validation data: the model's output as it is, the
   * target, the loss and the weight. It is what interpretations are made of. The caller disposes the tensors. In a callback, and what it
   * throws, as {@link validate}.
   *
   * @example
   * const { losses } = await learn.outcomes()
   */
  async outcomes(given?: BatchStream | Dataset): Promise<Outcomes> {
    const dl = streamOf('outcomes', given, this.data)
    return this.#measuring('outcomes', async () => {
      const { lossesOf, outcomesOf } = await import('./work/outcomes.js')
      const outcome = (batch: Batch, i: number) => {
        const { xs, ys } = arrangeBatch(batch, this.inputNames, this.loss_func)
        const forward = () => {
          const output = this.forwardPass.run(xs, false)
          return { output, losses: lossesOf(this.loss_func, output, ys) }
        }
        return { ys, ...drawFrom(this.random.validation(i), () => tidy(forward)) }
      }
      return inOrder(dl, stream => outcomesOf(stream, outcome, this.random, this.pace))
    })
  }

  /**
   * The first samples of a data stream, or of a data set, in its order, beside what the model makes of them and the targets: as pictures, or as rows of a
   * table. Default: nine of the validation data. Throws as {@link validate}.
   *
   * @example
   * const plot = await learn.show_results()
   * await plot.save('runs/results.png')
   */
  async show_results(options: ShowResultsOptions = {}): Promise<Plot> {
    const { showResults } = await import('./interpret/show-results.js')
    return showResults(this, options)
  }

  /** A table of the model's layers: output shape, parameters, and whether they train. `String(learn.summary())` is it as a string. */
  summary(): PrettyString {
    return summarize(this)
  }

  /** What consoles and notebooks show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.summary().toString()
  }

  /**
   * Writes weights, the optimizer's state, and where the order of the data and all else that is random stand, to one file in
   * safetensors format: a Learner that {@link load}s it and fits with `start_epoch` goes on to the same bits. `with_opt: false` writes
   * the weights alone; `metadata` are strings of your own. `.safetensors` is added when missing. The file appears whole or not at all.
   * Returns its address in full.
   *
   * @param address a path; in browsers `indexeddb://` or `opfs://` with a name of your choice, which the browser keeps, or `downloads://`,
   * which the person gets. For all else there is {@link toBytes}.
   * @throws Error when the address cannot be written, or when `with_opt: true` insists on the state of an optimizer that keeps it to
   * itself: the default saves the rest, and says so.
   * @example
   * await learn.fit_one_cycle(4, 1e-2, { callbacks: [stopAfterTwo] })
   * await learn.save('half')
   * await (await again.load('half')).fit_one_cycle(4, 1e-2, { start_epoch: 2 })   // another Learner, in another process, say
   */
  async save(address: string, options: SaveOptions = {}): Promise<string> {
    return this.#saving('save', options, () => saveFrom(this, address, options), address)
  }

  /**
   * The bytes of the file that {@link save} writes, for {@link load} wherever they are sent. Options and errors are its own.
   *
   * @example
   * const bytes = await learn.toBytes()
   * await again.load(bytes)
   */
  async toBytes(options: SaveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#saving('toBytes', options, () => bytesOf(this, options))
  }

  /**
   * Writes the model for those who predict with it: {@link load_learner}, in Node or a page, and every TensorFlow.js. The folder has
   * `model.json` (layers of TensorFlow.js alone, what its outputs stand for, what makes inputs of rows, names of classes, versions) and the
   * weights. Where the loss took logits the model answers with probabilities. Returns the folder's path in full.
   *
   * Source: fastai's `Learner.export`.
   *
   * @param dir a folder, which is made; in browsers an address of `indexeddb://`, `opfs://` or `downloads://`
   * @throws TypeError for a model that is no LayersModel, or a loss whose activation cannot be written; Error when the files cannot be
   * @example
   * await learn.export('models/churn')
   */
  async export(dir: string): Promise<string> {
    return this.#saving('export', {}, async () => (await import('./export/export-files.js')).exportTo(this, dir), dir)
  }

  /**
   * The files that {@link export} writes, by name, for {@link load_learner} wherever they are sent. Throws as it does.
   *
   * @example
   * const files = await learn.exportFiles()
   * const churn = await load_learner(files)
   */
  async exportFiles(): Promise<ExportFiles> {
    return this.#saving('exportFiles', {}, async () => (await import('./export/export-files.js')).exportFiles(this))
  }

  /**
   * Writes the model as ONNX, for the runtimes of other languages: the layers that models of ours have, and their kin. Its inputs and
   * outputs have the model's names, pictures are [batch, height, width, channels], the batch is of any size. Where the loss took logits
   * outputs are probabilities. The metadata say under `onecycle` what {@link export} writes. Returns the file's path in full.
   *
   * @param address a path or another address, as of {@link save}; `.onnx` is added when missing
   * @throws TypeError for a layer or an activation that has no counterpart there; as {@link export} does
   * @example
   * await learn.exportOnnx('models/churn.onnx')
   */
  async exportOnnx(address: string): Promise<string> {
    checkFileName('exportOnnx', address)
    return this.#saving(
      'exportOnnx',
      {},
      async () => (await import('./export/onnx/export-onnx.js')).exportOnnx(this, address),
      address,
    )
  }

  /**
   * Writes the model as a file of Keras 3.4 or later: `keras.models.load_model('churn.keras')` opens it in Python, whatever computes there, to
   * predict or to train on. The layers that models of ours have, and their kin; where the loss took logits outputs are probabilities. The
   * metadata say under `onecycle` what {@link export} writes. Returns the file's path in full.
   *
   * @param address a path or another address, as of {@link save}; `.keras` is added when missing
   * @throws TypeError for a layer, an activation or an option that has no counterpart there; as {@link export} does
   * @example
   * await learn.exportKeras('models/churn.keras')
   */
  async exportKeras(address: string): Promise<string> {
    checkFileName('exportKeras', address)
    return this.#saving(
      'exportKeras',
      {},
      async () => (await import('./export/keras/export-keras.js')).exportKeras(this, address),
      address,
    )
  }

  /** @param written where, if a file is: of several ranks the first alone writes it */
  async #saving<T>(what: string, options: SaveOptions, save: () => Promise<T>, written?: T): Promise<T> {
    checkOptions<SaveOptions>(what, options, { with_opt: kind.boolean, metadata: kind.object })
    checkUsable(this.groups.flat(), what)
    if (this.lr_finding || this.turns.what === 'load') {
      throw plainError(
        'learner-busy',
        `${what} was called while ${this.turns.what} is running on this Learner, whose weights are not those that stay. Await it first.`,
      )
    }
    this.#order.take()
    return this.comm?.rank && written ? written : this.turns.read(save)
  }

  /**
   * Reads what {@link save} wrote into this Learner; {@link loaded} then says what was taken. The file may be without the optimizer's
   * state, and its order of the data of other data: that is left as it is, and said in a line.
   *
   * @param source a path (in a page: on its server, relative to it) or another address, of `http://`, `https://`, `indexeddb://` or
   * `opfs://`; a File that was chosen or dropped, or another Blob; or bytes
   * @param options `with_opt: false` takes the weights alone, of a file that another optimizer wrote; `strict: false` takes the weights
   * that fit by name and shape, where the head is another.
   * @throws Error when the file is missing, truncated or foreign, or does not fit; while a fit runs, but for callbacks between its
   * batches; and while another Learner trains the model. Nothing is changed then.
   */
  async load(source: FileSource, options: LoadOptions = {}): Promise<this> {
    checkOptions<LoadOptions>('load', options, { with_opt: kind.boolean, strict: kind.boolean })
    return this.turns.take('load', true, async () => {
      checkUsable(this.groups.flat(), 'load')
      checkIdle(this, 'load')
      this.#order.take()
      // What the optimizer remembers is to lie where its steps are made: elsewhere the first ones round otherwise.
      await accelerate()
      const [{ loadInto }] = await Promise.all([import('./checkpoint/load.js'), this.ranks?.beforeReading()])
      this.#loaded = await loadInto(this, source, options)
      return this
    })
  }

  /**
   * Loads the newest good checkpoint of a folder, for a look or for work by hand, and gives its path; undefined when there is none. Weights,
   * optimizer, the order of the data and randomness are as they were there, and so is what this Learner's own callbacks remember, `recorder.history`
   * too. A fit goes on inside an epoch by its own option `resume`: the next one begins a pass anew.
   *
   * @param options `best: true` takes the best, where a {@link Checkpoint} keeps some by a figure
   * @throws as {@link load}; Error when the best is wanted and none was kept
   * @example
   * await learn.resume('runs/a')
   * await learn.recorder.plot_losses().save('runs/so-far.svg')
   */
  async resume(dir: string, options: TakeUpOptions = {}): Promise<string | undefined> {
    const { takeUp } = await import('./checkpoint/resume.js')
    return takeUp(this, dir, options)
  }

  /** What the last {@link load} took, and what it did not. */
  get loaded(): LoadReport | undefined {
    return this.#loaded
  }

  /**
   * The metadata of what {@link save} wrote; undefined when there is nothing under its address. Nothing is loaded.
   *
   * @throws Error when the file is truncated, damaged or foreign.
   */
  async metadataOf(source: FileSource): Promise<Record<string, string> | undefined> {
    const { readMetadata } = await import('./checkpoint/file.js')
    return readMetadata(source)
  }

  /** Frees the optimizer's state. The model stays usable, and is its owner's to dispose. */
  dispose(): void {
    this.opt.dispose()
  }

  #orderOf(): DataOrder {
    const { train_dl } = this
    if (this.#seeded && !train_dl.reseed)
      this.log(`The seed ${this.seed} does not decide the order of the training data: its source does. Seed the source too.`)
    return new DataOrder(train_dl, this.#seeded ? this.seed : undefined)
  }

  #train(what: string, plan: Plan<PlannedFit>): Promise<History> {
    return this.#training(what, plan, async planned => {
      this.#freezing.check(what)
      return this.#follow(what, planned)
    })
  }

  async #follow(what: string, { epochs, callbacks, note, options, rates }: PlannedFit): Promise<History> {
    if (note) this.log(`${what}: ${note}`)
    const before = this.recorder.history
    if (!this.#fitted) await this.#prepare()
    try {
      const own = [...callbacks, ...listOf(options.callbacks)]
      const more = await this.#resuming(own, options)
      await this.run(epochs, [...own, ...more], options, rates)
    } finally {
      // What others throw in `after_fit` comes after the Recorder has heard it.
      if (this.recorder.history !== before) this.recorder.history.reason = this.reason!
    }
    // Ended before the Recorder had heard of it: what that has is of another fit.
    return this.#shown(
      this.recorder.history === before ? { ...emptyHistory(this.metricNames), reason: this.reason! } : this.recorder.history,
    )
  }

  async #prepare(): Promise<void> {
    this.#fitted = true
    const { ofFirstFit, shown } = await import('./fit/first-fit.js')
    this.#shown = shown
    this.bus.add(...(await ofFirstFit(this)))
  }

  /** What has a fit go on from the checkpoints of a folder, and write them. */
  async #resuming(own: Callback<Learner>[], options: TrainOptions): Promise<Callback<Learner>[]> {
    if (options.resume === undefined) return []
    const { resuming } = await import('./checkpoint/resume.js')
    return resuming(this, own, options, place => this.goTo(place))
  }

  /** Alone on this Learner, and on its model: what is planned may take a while to load. */
  async #training<T, P>(what: string, plan: Plan<P>, work: (plan: P) => Promise<T>, options?: TrainOptions): Promise<T> {
    return this.turns.take(what, false, () => {
      checkUsable(this.groups.flat(), what)
      return whileTraining(this, what, async () => {
        const planned = await plan()
        await accelerate(options ?? (planned as Partial<PlannedFit>).options)
        this.#order.take()
        return this.#together(() => work(planned))
      })
    })
  }

  /** Of several ranks: all do it, and end as one does. */
  async #together<T>(work: () => Promise<T>): Promise<T> {
    const { comm } = this
    if (!comm) return work()
    this.ranks ??= (await import('./distributed/ranks-of.js')).ranksOf(this as unknown as RankedLearner, comm)
    return this.ranks.during(work)
  }

  /** Alone on this Learner, or in a pause of a fit. */
  async #measuring<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.turns.take(what, true, async () => {
      checkUsable(this.groups.flat(), what)
      await accelerate()
      return this.pace.interruptible(() => keepingStates(this.model, work))
    })
  }
}

/** What is refused is refused here, before anything has been touched. */
type Plan<P> = () => Promise<P>

interface PlannedFit extends FitPlan {
  readonly options: TrainOptions
  /** Of a fit whose rates stay. */
  readonly rates?: readonly number[]
}

/** Plans come when they are asked for: a page loads them then, and those beside the 1cycle policy only where they are used. */
const otherPlans = () => import('./fit/other-plans.js')

/** A rate that was left out altogether has a default; one that is undefined has none. */
function withDefault<Rate, Options>(
  given: [Rate?, Options?],
  rate: Rate | number | readonly number[] = defaultRate,
): [lr: Rate | number | readonly number[] | undefined, options?: Options] {
  return given.length === 0 ? [rate] : [given[0], ...(given.slice(1) as [Options?])]
}

/** What a model asks for by what it is made of. */
function modelCallbacks(model: Model, parameters: readonly Parameter[]): Callback[] {
  return [constrain(parameters), freeKeptStates(model)].filter(callback => callback !== undefined)
}

/** @throws TypeError where the data has weights of samples, and the loss or a metric knows nothing of them */
function checkWeighs(data: DataBunch, loss: LossFunction, metrics: readonly Metric[]): void {
  if (!data.weighted) return
  for (const each of loss.heads ?? [{ loss }]) requireWeighs('loss', each.loss.name, each.loss)
  for (const metric of metrics) requireMetricWeighs(metric)
}

const kindsOfTargets = { class: 'labels of classes', multilabel: 'yes or no of several labels', value: 'values', none: 'none' }

function kindOf({ target, heads }: DataBunch): string {
  return target === 'heads'
    ? Object.entries(heads!)
        .map(([name, head]) => `${kindsOfTargets[head.target]} of ${name}`)
        .join(' and ')
    : kindsOfTargets[target]
}

function progressBar(progress: NonNullable<LearnerOptions['progress']>): ProgressBar[] {
  return progress ? [new ProgressBar(progress === true ? {} : progress)] : []
}
