import type { Callback } from '@onecycle/callbacks'
import type { LoaderState } from '@onecycle/data'
import { checkAddress, checkCount, checkFileName, checkOptions, kind, show } from '@onecycle/platform'
import { heedWarnings } from '../work/interrupt.js'
import { watchForgetful } from './forgetful.js'
import { type Due, dueEvery, type Interval } from './interval.js'
import { end, type RunFile, removeAll, removeUnfinished, runFile, runFiles } from './run-folder.js'
import { captureRun } from './run-state.js'
import type { RunningLearner } from './running-learner.js'
import type { RunState, Snapshot } from './snapshot.js'

export interface CheckpointOptions {
  /** The folder, of one program's run. It is made when there is something to write. */
  dir: string
  /** How often: after a time such as `'2 min'` (default) or `'30 s'`, after each `'epoch'`, or every `{ batches: n }`. */
  every?: Interval | undefined
  /** How many checkpoints of a fit that runs stay, at least 2: if the newest is damaged there is one before it. Default 3. */
  keep?: number | undefined
}

/** How many fits with checkpoints in a folder a Learner has finished. */
const finished = new WeakMap<RunningLearner, Map<string, number>>()

/** Which fit of the program the next one is, of those with checkpoints in this folder. */
export function fitIndex(learn: RunningLearner, dir: string): number {
  return finished.get(learn)?.get(dir) ?? 0
}

/**
 * Writes all that a fit is to a folder again and again, from which the same program, begun anew, goes on to the same bits: the option
 * `resume` of all ways to train. A checkpoint is of one moment between two batches. Training stands still while it is copied out of the backend,
 * and goes on while it is written: under a temporary name, flushed, renamed. What is asked for meanwhile is written next, the newest
 * alone.
 *
 * A fit leaves one of its end, after which it is not trained again, and several may lie in one folder: `fit-0.safetensors`,
 * `fit-1-00012.safetensors`. One that is interrupted (Ctrl-C, SIGTERM, SIGUSR1, an aborted `signal`) writes another before it ends; one that fails
 * says which is its last. A disk that is full or a folder that cannot be written is said once, and training goes on.
 *
 * @throws TypeError for an unknown option, or no folder; RangeError for too few that are kept; Error where there are no folders, as in a page
 * @example
 * const saving = new Checkpoint({ dir: 'runs/a', every: '30 s' })
 * await learn.fit_one_cycle(10, 1e-2, { resume: 'runs/a', callbacks: saving })
 */
export class Checkpoint implements Callback<RunningLearner> {
  static readonly name: string = 'Checkpoint'
  readonly name = 'Checkpoint'
  /** After everyone else: what they do at the end of a batch is part of it. */
  readonly order = 1e9
  readonly run_valid = false
  readonly dir: string
  readonly #every: Interval
  readonly #keep: number
  #due: Due | undefined
  #fit: RunState['fit'] | undefined
  #number = 0
  /** What nobody has ended the fit with yet: it is written once that is known. */
  #taken: Snapshot | undefined
  #next: Snapshot | undefined
  /** The order of the data as the pass began: one that is left early is over, and the loader has forgotten it. */
  #pass: LoaderState | undefined
  #writing: Promise<void> | undefined
  #last: RunFile | undefined
  #forgetful: (() => string[]) | undefined
  #begun = false
  #failed = false

  constructor(options: CheckpointOptions) {
    checkOptions<CheckpointOptions>('Checkpoint', options, { dir: kind.string, every: kind.any, keep: kind.any })
    const { dir, every = '2 min', keep = 3 } = options
    this.dir = checkDir('dir', dir)
    dueEvery('every', every)
    this.#every = every
    this.#keep = checkCount('keep', keep, 2)
    heedWarnings()
  }

  async before_fit(learn: RunningLearner): Promise<void> {
    this.#fit = undefined
    if (learn.lr_finding) return
    const { n_epoch, n_train_iter } = learn
    const index = fitIndex(learn, this.dir)
    this.#fit = { index, n_epoch, n_train_iter }
    this.#taken = this.#next = this.#last = undefined
    this.#begun = this.#failed = false
    this.#due = dueEvery('every', this.#every)
    this.#forgetful = watchForgetful(learn.bus.callbacks)
    try {
      const numbers = (await runFiles(this.dir)).filter(({ fit, number }) => fit === index && number !== end)
      this.#number = numbers[0]?.number ?? 0
    } catch (error) {
      this.#fail(learn, error)
    }
  }

  before_epoch(learn: RunningLearner): void {
    this.#write(learn)
  }

  before_train(): void {
    this.#pass = undefined
  }

  before_batch(learn: RunningLearner): void {
    this.#pass ??= learn.data.train_dl.state()
    if (this.#taken) this.#write(learn)
  }

  after_batch(learn: RunningLearner): void | Promise<void> {
    if (this.#fit && this.#due!.batch(learn.train_iter)) return this.#take(learn)
  }

  before_validate(learn: RunningLearner): void {
    this.#write(learn)
  }

  after_cancel_train(): void {
    this.#taken = undefined
  }

  after_cancel_epoch(): void {
    this.#taken = undefined
  }

  async after_epoch(learn: RunningLearner): Promise<void> {
    if (learn.epoch === learn.n_epoch - 1) await this.#take(learn, 'completed')
    else if (this.#due?.epoch) await this.#take(learn)
  }

  async after_cancel_fit(learn: RunningLearner): Promise<void> {
    const { reason } = learn
    if (reason === 'stopped') await this.#take(learn, reason)
    else if (reason === 'interrupted') await this.#take(learn, undefined, this.#leftOf(learn))
  }

  async after_fit(learn: RunningLearner): Promise<void> {
    if (!this.#fit) return
    const { reason, error } = learn
    // Who failed may have done so at the end of the same batch, amid what others did there.
    if (reason === 'failed' || reason === 'diverged') this.#taken = undefined
    this.#write(learn)
    await this.#writing
    if (reason === 'completed' || reason === 'stopped') countFit(learn, this.dir, this.#fit.index + 1)
    else if (this.#last) {
      const where = `The last checkpoint is ${this.#last.path}.`
      if (error instanceof Error && ['DivergedError', 'InterruptedError'].includes(error.name)) error.message += ` ${where}`
      else learn.log(where)
    }
    this.#fit = undefined
  }

  /** Where the order of the data was in a pass that was left. */
  #leftOf({ place }: RunningLearner): LoaderState | undefined {
    return place.pass === 'train' && this.#pass ? { ...this.#pass, position: place.done } : undefined
  }

  /** Copies all that the fit is, which waits for it. */
  async #take(learn: RunningLearner, ended?: RunState['ended'], loader?: LoaderState): Promise<void> {
    const fit = this.#fit
    if (!fit) return
    try {
      const snapshot = await captureRun(learn, fit, ended)
      this.#taken = loader ? { ...snapshot, loader } : snapshot
    } catch (error) {
      this.#fail(learn, error)
    }
    this.#due!.done(learn.train_iter)
    this.#tellForgetful(learn)
  }

  /** Once a fit: most begin to remember with the first batch. */
  #tellForgetful(learn: RunningLearner): void {
    const names = this.#forgetful?.() ?? []
    this.#forgetful = undefined
    if (names.length > 0)
      learn.log(
        `Checkpoints do not hold what ${names.join(' and ')} remembers: give it state() and restore(state), as docs/checkpoint.md shows.`,
      )
  }

  /** Has what was taken written, beside the training. */
  #write(learn: RunningLearner): void {
    if (!this.#taken) return
    this.#next = this.#taken
    this.#taken = undefined
    this.#writing ??= this.#writeAll(learn, this.#fit!).finally(() => {
      this.#writing = undefined
    })
  }

  async #writeAll(learn: RunningLearner, { index }: RunState['fit']): Promise<void> {
    while (this.#next) {
      const snapshot = this.#next
      this.#next = undefined
      try {
        const { saveCheckpoint } = await import('./file.js')
        const file = runFile(this.dir, index, snapshot.run!.ended ? end : ++this.#number)
        await saveCheckpoint(file.path, snapshot)
        this.#last = file
        await this.#tidy(file)
      } catch (error) {
        this.#fail(learn, error)
      }
    }
  }

  /** Removes what there is enough of, and what was before this fit began anew. */
  async #tidy({ fit, number }: RunFile): Promise<void> {
    const files = await runFiles(this.dir)
    const running = files.filter(file => file.fit === fit && file.number !== end)
    const old = [...running.slice(this.#keep), ...files.filter(file => file.fit < fit && file.number !== end)]
    if (!this.#begun) await removeUnfinished(this.dir)
    // A fit that writes was not over: an end of it, and fits after it, are of a run before.
    if (!this.#begun)
      old.push(...files.filter(file => file.fit > fit || (file.fit === fit && file.number === end && number !== end)))
    this.#begun = true
    await removeAll(old)
  }

  #fail(learn: RunningLearner, error: unknown): void {
    if (!this.#failed) learn.log(`Training goes on without a checkpoint. ${(error as Error).message}`)
    this.#failed = true
  }
}

/** @throws TypeError for what names no folder; Error for an address that cannot be written here. */
export function checkDir(name: string, dir: unknown): string {
  if (typeof dir !== 'string' || dir === '')
    throw new TypeError(`${name} must be a folder for checkpoints, such as 'runs/a', but it is ${show(dir)}.`)
  checkAddress(dir, 'write')
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(dir)) checkFileName(name, dir)
  return dir
}

function countFit(learn: RunningLearner, dir: string, fits: number): void {
  const counts = finished.get(learn) ?? new Map<string, number>()
  finished.set(learn, counts.set(dir, fits))
}
