import type { Callback, TrainingState } from '@onecycle/callbacks'
import { checkOptions, type Kinds, kind, plainError, show, typeError, withAnswers } from '@onecycle/platform'
import { type Chart, type LiveChart, Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { type LossesOptions, lossesChart } from './chart/losses.js'
import { type LrFindOptions, lrFindChart, lrFindKinds } from './chart/lr-find.js'
import { metricsChart } from './chart/metrics.js'
import { hypersChart, type ScheduleOptions, scheduleChart } from './chart/schedule.js'
import { skipKinds } from './chart/skips.js'
import { checkState } from './check-state.js'
import { EpochWatch, type EpochWatchState } from './epoch-watch.js'
import { emptyHistory, type History, type LrFindRecord } from './history.js'
import { beyond, copyOf, grow, isHistory, type Place, placeKinds, placeOf, type RecorderPart, start } from './part.js'
import { Sched } from './sched.js'
import { SmoothenValue, type SmoothenValueState } from './smoothing.js'

/** Whether a plot follows the fit while it goes on. */
export interface LiveOptions {
  /**
   * Whether the plot is of what the recorder holds whenever it is looked at: it may be made before there is anything to plot, and
   * mounted on a page it follows the fits. Default false: it stays as it is now.
   */
  live?: boolean | undefined
}

/** What has a history that grows, and says so: the training in a worker that `connect` of `onecycle/page` leads to. */
export interface HistorySource {
  readonly history: History
  on(event: 'begin' | 'batches' | 'epoch' | 'end', hear: () => void): unknown
}

/** What a {@link Recorder} knows of the fit that runs. */
export interface RecorderState {
  readonly history: History
  readonly smooth: SmoothenValueState
  readonly epoch: EpochWatchState
  readonly batchesBefore: number
  readonly lossKnown: boolean
  /** Hyper-parameters as they were in the first batch. */
  readonly unchanged: readonly (readonly [string, number])[]
}

type PlotOptions = ShowOptions & LiveOptions

const plotKinds: Kinds<PlotOptions> = { ...showKinds, live: kind.boolean }

/** What fastai's recorders have, and what it is here; marked so that an editor strikes it out. */
const foreignNames = {
  /** @deprecated */ losses: 'recorder.history.losses',
  /** @deprecated */ val_losses: 'recorder.history.val_losses',
  /** @deprecated */ lrs: 'recorder.history.lrs',
  /** @deprecated */ moms: 'recorder.history.moms',
  /** @deprecated */ metrics: 'recorder.history.metrics',
  /** @deprecated */ nb_batches: 'recorder.history.nb_batches',
  /** @deprecated */ metric_names: 'recorder.history.metricNames',
  /** @deprecated */ metrics_names: 'recorder.history.metricNames',
  /** @deprecated */ final_record: 'recorder.history.epochs.at(-1)',
  /** @deprecated */ values: 'recorder.history.epochs',
  /** @deprecated */ min_grad_lr: "(await learn.lr_find({ suggestion: 'steepest_gradient' })).lr",
  /** @deprecated */ plot_loss: 'recorder.plot_losses()',
  /** @deprecated */ plot_lr_find: 'recorder.plot()',
} as const

/**
 * Remembers a fit, batch by batch and epoch by epoch, and draws it. The Learner always has one, as `learn.recorder`.
 *
 * A batch counts once its loss is known, even if a callback then cancels the pass before others hear of its end; a
 * batch cancelled earlier leaves no trace (fastai 2 records the previous batch's loss again).
 *
 * @example
 * await learn.fit_one_cycle(2, 5e-2)
 * learn.recorder.history.val_losses                       // [0.041, 0.032]
 * await learn.recorder.plot_losses().save('runs/losses.png')
 */
export class Recorder extends withAnswers(Object, foreignNames) implements Callback {
  static override readonly name: string = 'Recorder'
  readonly order = 50
  readonly run_valid = false
  #lrFind: LrFindRecord | undefined
  #history = emptyHistory()
  /** Which fit the history is of, how many there were, and how many searches. */
  #fit = 0
  #fits = 0
  #searches = 0
  #smooth = new SmoothenValue()
  #epoch = new EpochWatch()
  #running = false
  #searchedLast = false
  #lossKnown = false
  #saidUnmeasured = false
  /** Batches recorded before this epoch. */
  #batchesBefore = 0
  readonly #unchanged = new Map<string, number>()
  readonly #followers = new Set<() => void>()
  /** Puts back what was there before a fit that has not begun yet; whether there was anything. */
  #putBack: (() => boolean) | undefined

  /**
   * A recorder of what was recorded elsewhere, which draws the same plots: in another process, or in a worker.
   *
   * @param source a history, which is copied and may have been through JSON; or a training in a worker, which is followed: its plots with
   * `{ live: true }` go on with it
   * @throws TypeError for what is neither
   *
   * @example
   * await Recorder.from(history).plot_losses().save('runs/losses.png')
   */
  static from(source: History | HistorySource): Recorder {
    const recorder = new Recorder()
    const { on, history } = (source ?? {}) as Partial<HistorySource>
    if (typeof on !== 'function') recorder.#history = copyOf(source as History)
    else if (!isHistory(history))
      throw typeError('wrong-argument', `Recorder.from follows what has a history, but got ${show(source)}.`)
    else {
      const take = () => {
        const { history } = source as HistorySource
        if (recorder.#history !== history) recorder.#fit = ++recorder.#fits
        recorder.#history = history
        recorder.#tell()
      }
      for (const event of ['begin', 'batches', 'epoch', 'end'] as const) (source as HistorySource).on(event, take)
      take()
    }
    return recorder
  }

  /**
   * What was recorded since a place, to {@link append} elsewhere: the `to` of the part before; without a place all that there is. Where
   * another fit has begun since, it is all of that one. Undefined when there is nothing new.
   *
   * @throws TypeError for what is no place
   *
   * @example
   * let place: Place | undefined
   * const tell = () => {
   *   const part = learn.recorder.since(place)
   *   if (part) process.send?.(part) // to a program that append()s it
   *   place = part?.to ?? place
   * }
   */
  since(place?: Place): RecorderPart | undefined {
    if (place !== undefined) checkOptions<Place>('since', place, placeKinds)
    const to = this.place
    const from = place?.fit === to.fit ? place : { ...start, searches: place?.searches ?? 0, fit: to.fit }
    if (place && JSON.stringify(place) === JSON.stringify(to)) return undefined
    const lrFind = from.searches < to.searches && this.#lrFind
    return { from, to, history: beyond(this.#history, from), ...(lrFind && { lrFind: structuredClone(lrFind) }) }
  }

  /**
   * Adds what another recorder gave by {@link since}: plots and histories are then as there.
   *
   * @throws Error for a part that does not follow what is here; TypeError for what is none
   */
  append(part: RecorderPart): this {
    if (!isHistory(part?.history) || !part.from || !part.to)
      throw typeError('wrong-argument', `append takes what another recorder's since() gave, but got ${show(part)}.`)
    const here = this.place
    const { from, to, history, lrFind } = part
    if (from.batches === 0 && from.epochs === 0) this.#history = emptyHistory(history.metricNames)
    else if (from.fit !== here.fit || from.batches !== here.batches || from.epochs !== here.epochs)
      throw plainError(
        'part-mismatch',
        `This part begins at batch ${from.batches} of fit ${from.fit}, and here is batch ${here.batches} of fit ${here.fit}: ` +
          'ask for all that there is, since() without a place.',
      )
    grow(this.#history, structuredClone(history))
    this.#fit = this.#fits = to.fit
    if (lrFind) this.#lrFind = lrFind
    this.#searches = to.searches
    this.#searchedLast = false
    this.#tell()
    return this
  }

  /**
   * The current or last fit. A new fit begins a new object, so one that was kept stays as it is; one that fails before its first epoch,
   * as where a callback refuses it, leaves the last fit's here. `lr_find` trains in
   * pretence only and leaves it alone: its own record is {@link lrFind}.
   */
  get history(): History {
    return this.#history
  }

  /** What the last learning rate search found; the Learner sets it. */
  get lrFind(): LrFindRecord | undefined {
    return this.#lrFind
  }

  set lrFind(found: LrFindRecord | undefined) {
    this.#lrFind = found
    this.#searches++
    this.#tell()
  }

  /** Debiased exponential mean of the training losses of this fit, beta 0.98; NaN before the first. */
  get smooth_loss(): number {
    return this.#history.smooth_losses.at(-1) ?? Number.NaN
  }

  /** How far it has recorded: from there {@link since} tells what is new. */
  get place(): Place {
    return placeOf(this.#history, this.#fit, this.#searches)
  }

  /**
   * Calls back whenever something was recorded, at once and often: in each batch, too.
   *
   * @returns what ends it
   */
  follow(changed: () => void): () => void {
    this.#followers.add(changed)
    return () => void this.#followers.delete(changed)
  }

  /** What ran last, a fit or a search, by fastai 0.7's names. */
  get sched(): Sched {
    const search = this.#searchedLast ? this.lrFind : undefined
    return new Sched(search ? asHistory(search) : this.#history, this)
  }

  before_fit(learn: TrainingState): void {
    const [history, fit, smooth, searchedLast] = [this.#history, this.#fit, this.#smooth, this.#searchedLast]
    this.#putBack = () => {
      this.#searchedLast = searchedLast
      if (history.losses.length === 0) return false
      this.#history = history
      this.#fit = fit
      this.#smooth = smooth
      return true
    }
    this.#running = !learn.lr_finding
    this.#searchedLast = learn.lr_finding
    if (learn.lr_finding) return
    this.#history = emptyHistory(learn.metricNames)
    this.#fit = ++this.#fits
    this.#smooth = new SmoothenValue()
    this.#lossKnown = false
    // What somebody has begun to measure in training is there already.
    const ofValidation = learn.metricNames.filter(name => !(name in learn.values))
    if (!learn.validates && ofValidation.length > 0 && !this.#saidUnmeasured) {
      learn.log(`${ofValidation.join(', ')} will not be measured: metrics are of validation, and the data has no validation set.`)
      this.#saidUnmeasured = true
    }
  }

  before_epoch(): void {
    this.#putBack = undefined
    this.#epoch = new EpochWatch()
    this.#batchesBefore = this.#history.losses.length
  }

  before_batch(): void {
    this.#lossKnown = false
  }

  after_backward(): void {
    this.#lossKnown = true
  }

  after_batch(learn: TrainingState): void {
    this.#recordBatch(learn)
  }

  after_train(learn: TrainingState): void {
    this.#closeTraining(learn)
  }

  after_validate(): void {
    this.#epoch.validated = true
  }

  after_epoch(learn: TrainingState): void {
    this.#closeTraining(learn)
    if (!this.#running || this.#epoch.idle) return
    const row = this.#epoch.row(learn)
    this.#history.epochs.push(row)
    this.#history.nb_batches.push(this.#batchesOfEpoch)
    this.#history.val_losses.push(row.valid_loss)
    for (const name of learn.metricNames) this.#history.metrics[name]!.push(row[name]!)
    this.#tell()
  }

  after_fit(learn: TrainingState): void {
    this.#recordBatch(learn)
    const refused = learn.reason === 'failed' && this.#putBack?.()
    if (this.#running && learn.reason && !refused) this.#history.reason = learn.reason
    this.#running = false
    this.#tell()
  }

  /** What it knows of the fit, for {@link restore} in another process. */
  state(): RecorderState {
    return {
      history: this.#history,
      smooth: this.#smooth.state(),
      epoch: this.#epoch.state(),
      batchesBefore: this.#batchesBefore,
      lossKnown: this.#lossKnown,
      unchanged: [...this.#unchanged],
    }
  }

  /** Goes on from a state: the history is as it was. */
  restore(state: RecorderState): void {
    checkState('Recorder', state, this.state())
    const { history, smooth, epoch, batchesBefore, lossKnown, unchanged } = state
    this.#history = copyOf(history)
    this.#smooth.restore(smooth)
    this.#epoch.restore(epoch)
    this.#batchesBefore = batchesBefore
    this.#lossKnown = lossKnown
    for (const [name, value] of unchanged) this.#unchanged.set(name, value)
    this.#tell()
  }

  /** Loss against learning rate of the last `lr_find`, suggestions marked. Throws when there was none. */
  plot(options: LrFindOptions & PlotOptions = {}): Plot {
    checkOptions<LrFindOptions & PlotOptions>('plot', options, { ...lrFindKinds, ...plotKinds })
    return this.#plotOf(() => lrFindChart(this.lrFind, options), options)
  }

  /** Learning rate of each batch; with `showMoms` the momentum beside it. Throws when nothing was recorded. */
  plot_lr(options: ScheduleOptions & PlotOptions = {}): Plot {
    checkOptions<ScheduleOptions & PlotOptions>('plot_lr', options, { showMoms: kind.boolean, ...plotKinds })
    return this.#plotOf(() => scheduleChart(this.#history, options), options)
  }

  /**
   * Hyper-parameters over the batches, a panel each: rates (of each layer group, where there are several), momentum, and what else changed in
   * the fit. Source: fastai 2's `Recorder.plot_sched`.
   *
   * @param keys which of them, such as `['lr', 'wd']`. Default all. Throws when nothing was recorded, or one of them did not change.
   */
  plot_sched(keys?: readonly string[], options: PlotOptions = {}): Plot {
    checkOptions('plot_sched', options, plotKinds)
    if (keys !== undefined && !kind.listOf(kind.string).fits(keys))
      throw typeError('wrong-argument', `plot_sched takes a list of names, such as ['lr', 'mom'], but got ${show(keys)}.`)
    return this.#plotOf(() => hypersChart(this.#history, keys), options)
  }

  /** Training loss of each batch and validation loss of each epoch. Throws when nothing was recorded. */
  plot_losses(options: LossesOptions & PlotOptions = {}): Plot {
    checkOptions<LossesOptions & PlotOptions>('plot_losses', options, {
      ...skipKinds,
      smooth: kind.boolean,
      log: kind.boolean,
      ...plotKinds,
    })
    return this.#plotOf(() => lossesChart(this.#history, options), options)
  }

  /** Each metric over the fit, in its own panel. Throws when none was recorded. */
  plot_metrics(options: PlotOptions = {}): Plot {
    checkOptions('plot_metrics', options, plotKinds)
    return this.#plotOf(() => metricsChart(this.#history), options)
  }

  #plotOf(chart: () => Chart, options: PlotOptions): Plot {
    return new Plot(options.live ? this.#live(chart) : chart()).present(options)
  }

  #live(chart: () => Chart): LiveChart {
    const running = () => this.#running
    return {
      chart,
      follow: changed => this.follow(changed),
      get share() {
        return running() ? 0.01 : 1
      },
    }
  }

  /** Tells whoever follows that something was recorded. */
  #tell(): void {
    for (const changed of this.#followers) changed()
  }

  get #batchesOfEpoch(): number {
    return this.#history.losses.length - this.#batchesBefore
  }

  /** After a pass that was cut short, too: a cancelled epoch has no `after_train`. */
  #closeTraining(learn: TrainingState): void {
    this.#recordBatch(learn)
    if (!this.#running || this.#batchesOfEpoch === 0) return
    this.#epoch.trained = true
    learn.values.train_loss = this.smooth_loss
  }

  /** Records the batch whose loss is known and not yet recorded, if there is one. */
  #recordBatch(learn: TrainingState): void {
    if (!this.#running || !this.#lossKnown) return
    this.#lossKnown = false
    const history = this.#history
    const batch = history.losses.push(learn.lossValue)
    history.smooth_losses.push(this.#smooth.add(learn.lossValue))
    for (const name of learn.opt.names) {
      const groups = learn.opt.get(name)
      const value = groups[groups.length - 1]!
      if (name === 'lr') {
        history.lrs.push(value)
        if (groups.length > 1) this.#lrGroups.push([...groups])
      } else if (name === 'mom') history.moms.push(value)
      else this.#recordOther(name, value, batch)
    }
    this.#tell()
  }

  get #lrGroups(): number[][] {
    this.#history.lr_groups ??= []
    return this.#history.lr_groups
  }

  /** A hyper-parameter gets its array when it first changes, filled up with the value it had until then. */
  #recordOther(name: string, value: number, batch: number): void {
    if (batch === 1) this.#unchanged.set(name, value)
    const values = this.#history.hps?.[name]
    if (values) values.push(value)
    else if (value !== this.#unchanged.get(name)) {
      const before = new Array<number>(batch - 1).fill(this.#unchanged.get(name)!)
      this.#history.hps = { ...this.#history.hps, [name]: [...before, value] }
    }
  }
}

function asHistory({ lrs, losses, smooth_losses }: LrFindRecord): History {
  return { ...emptyHistory(), lrs, losses, smooth_losses }
}
