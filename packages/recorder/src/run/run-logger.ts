import type { Callback, Note, TrainingState } from '@onecycle/callbacks'
import { checkOptions, gitCommit, type Kinds, kind, processMemory } from '@onecycle/platform'
import type { History } from '../history.js'
import type { Place } from '../part.js'
import type { Recorder } from '../recorder.js'
import { checkNote } from './check-note.js'
import type { RunEvent } from './run-event.js'

/** What a logger hears: a Learner. */
export interface LoggedState extends TrainingState {
  readonly recorder: Recorder
}

/** What every logger is given: the run's name, hyper-parameters that are noted, and milliseconds between two writes. */
export interface RunLoggerOptions {
  /** What the run is called. Default: `run`. */
  name?: string | undefined
  /** What the program was told, plain data: shown beside the figures, and compared between runs. */
  hparams?: Readonly<Record<string, unknown>> | undefined
  /** Milliseconds between two tellings of batches that are over; the end of an epoch is told at once. Default 1000. */
  interval?: number | undefined
}

export const runLoggerKinds: Kinds<RunLoggerOptions> = { name: kind.string, hparams: kind.object, interval: kind.number }

/**
 * What hears the events of a run, one after the other, and keeps or sends them: {@link RunLog}, {@link CSVLogger} and the others extend it,
 * and so does a program's own. It is a callback, and `readRun(path).replay(logger)` tells it of a run that is over.
 *
 * What happened is read off the Recorder, at the end of epochs and once a second; a batch costs a look at the clock. What cannot be kept
 * is said once, and training goes on. Of `lr_find` it hears what was found.
 *
 * @example
 * class Tracker extends RunLogger {
 *   override async hear(event: RunEvent) {
 *     if (event.type === 'epoch') await fetch('https://tracker.example/epochs', { method: 'POST', body: JSON.stringify(event.row) })
 *   }
 * }
 * await learn.fit_one_cycle(5, 1e-2, { callbacks: new Tracker() })
 */
export abstract class RunLogger implements Callback<LoggedState> {
  static readonly name: string = 'RunLogger'
  /** After the Recorder and who changes its figures. */
  readonly order: number = 80
  readonly writes = true
  readonly run_valid: boolean = false
  readonly hparams: Readonly<Record<string, unknown>>
  readonly #name: string
  readonly #interval: number
  #begun = false
  readonly #followed = new WeakSet<Recorder>()
  /** Which fit comes next. */
  #next = 0
  /** The fit under way that nothing was told of yet. */
  #pending: Extract<RunEvent, { type: 'fit' }> | undefined
  #place: Place | undefined
  /** The training batch of the fit that notes are of, from 1. */
  #batch = 0
  #lastTold = 0
  /** Of what was not told yet. */
  #samples = 0
  #seconds = 0
  #lastBatch = 0
  #lastMemory = Number.NEGATIVE_INFINITY
  #queue: RunEvent[] = []
  #telling: Promise<void> | undefined
  #failed = false

  constructor(options: RunLoggerOptions = {}) {
    checkOptions<RunLoggerOptions>('RunLogger', options, runLoggerKinds)
    const { name = 'run', hparams = {}, interval = 1000 } = options
    this.hparams = hparams
    this.#name = name
    this.#interval = interval
  }

  /** What the run is called. */
  get runName(): string {
    return this.#name
  }

  /** Hears what happened, in its order, each when the one before is done with. What is thrown is said once, and the next is told. */
  abstract hear(event: RunEvent): void | Promise<void>

  /** Keeps what was heard: after each telling. Default: nothing is to be done. */
  flush(): void | Promise<void> {}

  async before_fit(learn: LoggedState): Promise<void> {
    if (!this.#begun) await this.#begin(learn)
    this.#follow(learn)
    this.#pending = this.#place = undefined
    this.#batch = this.#samples = this.#seconds = 0
    if (learn.lr_finding) return
    const { n_epoch, n_train_iter, metricNames, opt } = learn
    const hyper = Object.fromEntries(opt.names.map(name => [name, opt.get(name).at(-1)!]))
    this.#pending = { type: 'fit', time: Date.now(), fit: this.#next++, n_epoch, n_train_iter, metricNames, hyper }
  }

  before_train(_: LoggedState): void {
    this.#lastBatch = performance.now()
  }

  before_batch(learn: LoggedState): void {
    this.#beginFit(learn)
    this.#batch = learn.train_iter + 1
  }

  after_batch(learn: LoggedState): void {
    const now = performance.now()
    this.#samples += learn.bs
    this.#seconds += (now - this.#lastBatch) / 1000
    this.#lastBatch = now
    if (!this.#place || now - this.#lastTold < this.#interval) return
    this.#lastTold = now
    this.#collect(learn)
    void this.#tell(learn)
  }

  async after_epoch(learn: LoggedState): Promise<void> {
    if (learn.lr_finding) return
    this.#beginFit(learn)
    this.#collect(learn)
    await this.#tell(learn)
  }

  async after_fit(learn: LoggedState): Promise<void> {
    if (learn.lr_finding) return
    this.#beginFit(learn)
    this.#collect(learn)
    const { reason, error } = learn
    const why = error instanceof Error && reason !== 'completed' ? { error: `${error.name}: ${error.message}` } : {}
    this.#queue.push({ type: 'end', time: Date.now(), fit: this.#next - 1, reason: reason!, ...why })
    this.#place = undefined
    await this.#tell(learn)
  }

  /** Hears of a note, and keeps it with the batch that it is of. Throws TypeError for what is none. */
  note(note: Note, learn: LoggedState): void {
    checkNote(note)
    if (learn.lr_finding) return
    this.#beginFit(learn)
    this.#queue.push({ ...note, time: Date.now(), fit: this.#next - 1, batch: this.#batch })
  }

  async #begin(learn: LoggedState): Promise<void> {
    this.#begun = true
    const [commit, description] = await Promise.all([gitCommit(), learn.description?.()])
    this.#queue.push({ type: 'run', time: Date.now(), name: this.#name, hparams: this.hparams, commit, description })
  }

  /** A search is known when it is over, and nothing of the fit is heard any more. */
  #follow(learn: LoggedState): void {
    const { recorder } = learn
    if (this.#followed.has(recorder)) return
    this.#followed.add(recorder)
    let told = recorder.lrFind
    recorder.follow(() => {
      const { lrFind } = recorder
      if (lrFind === told || !lrFind) return
      told = lrFind
      this.#queue.push({ type: 'lr_find', time: Date.now(), found: structuredClone(lrFind) })
      void this.#tell(learn)
    })
  }

  /** At the first that is heard of a fit it is known whether it goes on from a checkpoint: then the Recorder has what was before. */
  #beginFit({ recorder }: LoggedState): void {
    if (!this.#pending) return
    const { type: _, ...pending } = this.#pending
    this.#pending = undefined
    this.#lastTold = performance.now()
    const { nb_batches, losses } = recorder.history
    const epochs = nb_batches.length
    // Up to the end of an epoch all was kept for certain; of the one that was under way what is missing is told again.
    const batches = nb_batches.reduce((sum, n) => sum + n, 0)
    const { time, fit } = pending
    const position = losses.length
    this.#queue.push(position > 0 ? { type: 'resume', time, fit, batches, epochs, position } : { type: 'fit', ...pending })
    this.#place = { ...recorder.place, batches, epochs, ended: false }
    this.#batch = position
  }

  /** What has been recorded since the last time. */
  #collect({ recorder }: LoggedState): void {
    const from = this.#place
    const part = from && recorder.since(from)
    if (!part) return
    this.#place = part.to
    const { history } = part
    const [time, fit, first] = [Date.now(), this.#next - 1, from.batches]
    if (history.losses.length > 0) {
      const [samples, seconds, memory] = [this.#samples, this.#seconds, this.#memory()]
      this.#samples = this.#seconds = 0
      this.#queue.push({ type: 'batches', time, fit, first, ...columnsOf(history, first), samples, seconds, memory })
    }
    for (const [i, row] of history.epochs.entries()) {
      const batches = recorder.history.nb_batches.slice(0, from.epochs + i + 1).reduce((sum, n) => sum + n, 0)
      this.#queue.push({ type: 'epoch', time, fit, batches, row })
    }
  }

  /** Bytes of memory, once a second: to ask takes longer than all else here. */
  #memory(): number | undefined {
    const now = performance.now()
    if (now - this.#lastMemory < 1000) return undefined
    this.#lastMemory = now
    return processMemory()
  }

  /** Tells what is in the queue, after what is being told. */
  #tell(learn: LoggedState): Promise<void> {
    this.#telling ??= this.#tellAll(learn).finally(() => {
      this.#telling = undefined
      // What came in the very moment in which it ended.
      if (this.#queue.length > 0) return this.#tell(learn)
    })
    return this.#telling
  }

  async #tellAll(learn: LoggedState): Promise<void> {
    while (this.#queue.length > 0) {
      const events = this.#queue
      this.#queue = []
      for (const event of events) await this.#attempt(learn, () => this.hear(event))
      await this.#attempt(learn, () => this.flush())
    }
  }

  async #attempt(learn: LoggedState, act: () => void | Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (!this.#failed)
        learn.log(`Training goes on though ${this.constructor.name} cannot keep what happens. ${(error as Error).message}`)
      this.#failed = true
    }
  }
}

type Columns = Pick<Extract<RunEvent, { type: 'batches' }>, 'losses' | 'smooth_losses' | 'lrs' | 'moms' | 'lr_groups' | 'hps'>

/** Of a hyper-parameter that has just begun to change, the part has all values from the first batch on. */
function columnsOf({ losses, smooth_losses, lrs, moms, lr_groups, hps }: History, first: number): Columns {
  const ours = (values: readonly number[]) => (values.length > losses.length ? values.slice(first) : values)
  return {
    ...{ losses, smooth_losses, lrs, moms },
    ...(lr_groups && { lr_groups }),
    ...(hps && { hps: Object.fromEntries(Object.entries(hps).map(([name, values]) => [name, ours(values)])) }),
  }
}
