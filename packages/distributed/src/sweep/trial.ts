import type { Callback } from '@onecycle/callbacks'
import { type LoggedState, RunFolder } from '@onecycle/recorder'
import type { Params } from './space.js'

/** What a fit of a trial takes, whatever way it trains. */
export interface TrialFit {
  readonly signal: AbortSignal
  readonly resume: string
  readonly callbacks: Callback<LoggedState>[]
}

/** What a trial is given. */
export interface Trial<P = Params> {
  /** Its number in the sweep, from 0. */
  readonly index: number
  /** The values that it tries. */
  readonly params: P
  /** Of its own, decided by the sweep's seed and its number. */
  readonly seed: number
  /** A folder of its own, which is there; what an attempt before left is in it. */
  readonly dir: string
  /** Aborted when it is to end: the strategy stops it, or the sweep is interrupted. */
  readonly signal: AbortSignal
  /**
   * What `fit`, `fit_one_cycle` and the others take: the signal; `resume`, checkpoints in the trial's folder, from which a trial goes on that was stopped;
   * and callbacks that report each epoch's figures and keep the run in the folder.
   */
  readonly fit: TrialFit
  /**
   * Tells the figures of an epoch, or that of the metric alone. Await it: the strategy decides here whether the trial goes on, and aborts `signal` if not.
   *
   * @param epoch from 1. Default: the one after the last that this attempt told
   * @throws TypeError for what are no figures
   */
  report(figures: number | Readonly<Record<string, number | null | undefined>>, epoch?: number): Promise<void>
}

/** Reports the figures of each epoch of all fits of a trial, and remembers in its checkpoints how many there were. */
export class EpochReporter implements Callback<LoggedState> {
  static readonly name: string = 'EpochReporter'
  /** After the Recorder, and who keeps the run. */
  readonly order = 85
  readonly run_valid = false
  readonly #report: Trial['report']
  #epochs = 0

  constructor(report: Trial['report']) {
    this.#report = report
  }

  async after_epoch(learn: LoggedState): Promise<void> {
    if (learn.lr_finding) return
    const row = learn.recorder.history.epochs.at(-1)
    // One that was cancelled has none.
    if (!row) return
    const { epoch: _, time: __, ...figures } = row
    this.#epochs++
    await this.#report(figures, this.#epochs)
  }

  state(): number {
    return this.#epochs
  }

  restore(state: unknown): void {
    this.#epochs = state as number
  }
}

/** What keeps a trial of a Learner. */
export function fitOf(dir: string, params: Params, signal: AbortSignal, report: Trial['report']): TrialFit {
  const callbacks = [new RunFolder({ dir, hparams: params, plots: false }), new EpochReporter(report)]
  return { signal, resume: `${dir}/checkpoints`, callbacks }
}
