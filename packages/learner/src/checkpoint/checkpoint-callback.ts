import type { Callback } from '@onecycle/callbacks'
import type { LoaderState } from '@onecycle/data'
import {
  checkAddress,
  checkFileName,
  checkOptions,
  kind,
  lockFolder,
  nextTurn,
  plainError,
  removeUnfinished,
  show,
  typeError,
} from '@onecycle/platform'
import { heedWarnings } from '../work/interrupt.js'
import { watchForgetful } from './forgetful.js'
import { type Due, dueEvery, type Interval } from './interval.js'
import { Keep, type KeepOptions } from './keep.js'
import { end, type RunFile, removeAll, runFile, runFiles } from './run-folder.js'
import { captureRun } from './run-state.js'
import type { RunningLearner } from './running-learner.js'
import type { RunState, Snapshot } from './snapshot.js'

/** What `Checkpoint` is given: the folder, how often it writes, and which files stay. */
export interface CheckpointOptions {
  /** The folder, of one program's run. It is made when there is something to write. */
  dir: string
  /** How often: after a time such as `'2 min'` (default) or `'30 s'`, after each `'epoch'`, or every `{ batches: n }`. */
  every?: Interval | undefined
  /**
   * Which checkpoints of a fit that runs stay: so many of the newest, at least 2, as if the newest is damaged there is one before it; or
   * `{ last, best, monitor }`, the best too, by a figure. Default 3.
   */
  keep?: number | KeepOptions | undefined
}

/** A snapshot that is to be written. */
interface Taken {
  readonly snapshot: Snapshot
  /** Of its file. */
  readonly number: number
  /** Whether it is one of the best: then no newer one takes its place. */
  readonly best: boolean
  readonly askers: Asker[]
}

/** Who asked for a checkpoint, and is told where it is. */
interface Asker {
  resolve(path: string): void
  reject(error: Error): void
}

interface Taking {
  readonly ended?: RunState['ended'] | undefined
  readonly best?: boolean
  /** Where the order of the data was. Default: where it is. */
  readonly loader?: LoaderState | undefined
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
 * With `keep: { best, monitor }` the end of an epoch that is among the best by a figure has a checkpoint too, `fit-0-00012-best.safetensors`,
 * which stays: `learn.resume(dir, { best: true })` takes it up, `learn.load(path)` as any other. A fit goes on from the newest.
 * One with weights that are NaN or infinite, `fit-0-00013-nan.safetensors`, takes the place of no good one.
 *
 * @throws TypeError for an unknown option, or no folder; RangeError for too few that are kept; Error where there are no folders, as in a
 * page. When a fit begins: Error when it has no such figure, or nobody says which way that is better
 * @example
 * const saving = new Checkpoint({ dir: 'runs/a', every: '30 s', keep: { last: 3, best: 2, monitor: 'valid_loss' } })
 * await learn.fit_one_cycle(10, 1e-2, { resume: 'runs/a', callbacks: saving })
 */
export class Checkpoint implements Callback<RunningLearner> {
  static readonly name: string = 'Checkpoint'
  readonly name = 'Checkpoint'
  /** After everyone else: what they do at the end of a batch is part of it. */
  readonly order = 1e9
  readonly writes = true
  /** False on a rank that is not the first: it goes on from what that one writes. */
  run = true
  readonly run_valid = false
  readonly dir: string
  readonly #every: Interval
  readonly #keep: Keep
  #due: Due | undefined
  #fit: RunState['fit'] | undefined
  #fingerprint: RunState['fingerprint']
  #number = 0
  /** What nobody has ended the fit with yet: it is written once that is known. */
  #taken: Taken | undefined
  #queue: Taken[] = []
  /** Who asked for one that is not taken yet. */
  #askers: Asker[] = []
  /** The order of the data as the pass began: one that is left early is over, and the loader has forgotten it. */
  #pass: LoaderState | undefined
  #writing: Promise<void> | undefined
  #last: RunFile | undefined
  /** Lets the folder go, which has one writer at a time. */
  #unlock: (() => Promise<void>) | undefined
  /** Why it could not be taken, where it cannot be written. */
  #cannotLock: unknown
  #forgetful: (() => string[]) | undefined
  #begun = false
  #failed = false
  #saidBroken = false

  constructor(options: CheckpointOptions) {
    checkOptions<CheckpointOptions>('Checkpoint', options, { dir: kind.string, every: kind.any, keep: kind.any })
    const { dir, every = '2 min', keep = 3 } = options
    this.dir = checkDir('dir', dir)
    dueEvery('every', every)
    this.#every = every
    this.#keep = new Keep(keep)
    heedWarnings()
  }

  async before_fit(learn: RunningLearner): Promise<void> {
    this.#fit = undefined
    if (learn.lr_finding) return
    this.#keep.begin(learn)
    await this.lock()
    const { n_epoch, n_train_iter } = learn
    const index = fitIndex(learn, this.dir)
    this.#fit = { index, n_epoch, n_train_iter }
    const { fingerprintOf } = await import('./fingerprint.js')
    this.#fingerprint = await fingerprintOf(learn)
    this.#taken = this.#last = undefined
    this.#queue = []
    this.#begun = this.#failed = this.#saidBroken = false
    this.#due = dueEvery('every', this.#every)
    this.#forgetful = watchForgetful(learn.bus.callbacks)
    try {
      if (this.#cannotLock) throw this.#cannotLock
      await removeUnfinished(this.dir, 'fit-')
      const numbers = (await runFiles(this.dir)).filter(({ fit, number }) => fit === index && number !== end)
      this.#number = Math.max(0, ...numbers.map(({ number }) => number))
    } catch (error) {
      this.#fail(learn, error)
    }
  }

  /**
   * Takes the folder for this process, until the fit is over: `resume` does it before it reads what is there.
   *
   * @throws Error that says who has it
   */
  async lock(): Promise<void> {
    if (!this.run) return
    this.#cannotLock = undefined
    try {
      this.#unlock ??= await lockFolder(this.dir)
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ELOCKED') throw error
      this.#cannotLock = error
    }
  }

  /** Lets the folder go. */
  async unlock(): Promise<void> {
    await this.#unlock?.().catch(() => {})
    this.#unlock = undefined
  }

  /** What a fit that goes on knows of its best, told after `before_fit`. */
  goOn({ best }: RunState): void {
    this.#keep.goOn(best)
  }

  before_epoch(learn: RunningLearner): void {
    this.#write(learn)
  }

  before_train(): void {
    this.#pass = undefined
  }

  before_batch(learn: RunningLearner): void {
    this.#pass ??= learn.train_dl.state()
    if (this.#taken) this.#write(learn)
  }

  after_batch(learn: RunningLearner): void | Promise<void> {
    if (this.#fit && this.#askers.length > 0) return this.#takeForAskers(learn)
    if (this.#fit && this.#due!.batch(learn.train_iter)) return this.#take(learn, {})
  }

  /**
   * Has a checkpoint written of the fit under way, after the training batch that is under way.
   *
   * @param still the Learner, where its fit stands still between two training batches: then of this moment
   * @returns the path of its file, when it is there
   * @throws Error when no fit is under way, when it ends without one, or when the file cannot be written
   * @example
   * const saving = new Checkpoint({ dir: 'runs/a' })
   * setTimeout(() => saving.now().then(path => console.log(path)), 60_000)
   */
  now(still?: RunningLearner): Promise<string> {
    if (!this.#fit)
      return Promise.reject(plainError('no-fit-under-way', 'There is nothing to keep: no fit with this Checkpoint is under way.'))
    return new Promise((resolve, reject) => {
      this.#askers.push({ resolve, reject })
      if (still) this.#takeForAskers(still).catch(reject)
    })
  }

  async #takeForAskers(learn: RunningLearner): Promise<void> {
    await this.#take(learn, {})
    this.#write(learn)
  }

  before_validate(learn: RunningLearner): void {
    this.#write(learn)
  }

  after_cancel_train(): void {
    this.#drop()
  }

  after_cancel_epoch(): void {
    this.#drop()
  }

  async after_epoch(learn: RunningLearner): Promise<void> {
    if (!this.#fit) return
    const ended = learn.epoch === learn.n_epoch - 1 ? 'completed' : undefined
    const best = this.#keep.add(ended ? end : this.#number + 1, learn)
    if (ended || best || this.#due!.epoch) await this.#take(learn, { ended, best })
  }

  async after_cancel_fit(learn: RunningLearner): Promise<void> {
    const { reason } = learn
    if (reason === 'stopped') await this.#take(learn, { ended: reason })
    else if (reason === 'interrupted') await this.#take(learn, { loader: this.#leftOf(learn) })
  }

  async after_fit(learn: RunningLearner): Promise<void> {
    try {
      if (this.#fit) await this.#end(learn)
    } finally {
      await this.unlock()
    }
  }

  async #end(learn: RunningLearner): Promise<void> {
    const { reason, error } = learn
    // Who failed may have done so at the end of the same batch, amid what others did there.
    if (reason === 'failed' || reason === 'diverged') this.#drop()
    this.#write(learn)
    await this.#writing
    for (const { reject } of this.#askers.splice(0))
      reject(plainError('no-fit-under-way', 'The fit has ended without another checkpoint.'))
    const best = this.#keep.state()
    if (this.#last && best?.files[0]) {
      const { path, value, epoch } = {
        ...best.files[0],
        ...runFile(this.dir, this.#fit!.index, best.files[0].number, { best: true }),
      }
      learn.log(`The best checkpoint is ${path}: ${best.monitor} was ${value} after epoch ${epoch}. learn.load(path) takes it.`)
    }
    if (reason === 'completed' || reason === 'stopped') countFit(learn, this.dir, this.#fit!.index + 1)
    else if (this.#last) {
      const where = `The last checkpoint is ${this.#last.path}.`
      if (error instanceof Error && ['DivergedError', 'InterruptedError'].includes(error.name)) {
        error.message += ` ${where}`
        Object.assign(error, { checkpoint: this.#last.path })
      } else learn.log(where)
    }
    this.#fit = undefined
  }

  /** Where the order of the data was in a pass that was left. */
  #leftOf({ place }: RunningLearner): LoaderState | undefined {
    return place.pass === 'train' && this.#pass ? { ...this.#pass, position: place.done } : undefined
  }

  /** Copies all that the fit is, which waits for it. */
  async #take(learn: RunningLearner, { ended, best = false, loader }: Taking): Promise<void> {
    const fit = this.#fit
    if (!fit) return
    // One of the best that is not written yet is of this moment, too.
    const { number: sameAs } = this.#taken?.best ? this.#taken : {}
    const number = ended ? end : (sameAs ?? ++this.#number)
    if (ended && sameAs !== undefined) this.#keep.ended(sameAs)
    try {
      const snapshot = await captureRun(learn, fit, ended, { best: this.#keep.state(), fingerprint: this.#fingerprint })
      const askers = [...(this.#taken?.askers ?? []), ...this.#askers.splice(0)]
      this.#taken = { snapshot: loader ? { ...snapshot, loader } : snapshot, number, best: best || sameAs !== undefined, askers }
    } catch (error) {
      for (const { reject } of this.#askers.splice(0)) reject(error as Error)
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

  #drop(): void {
    if (this.#taken) {
      this.#keep.forget(this.#taken.number)
      this.#askers.push(...this.#taken.askers)
    }
    this.#taken = undefined
  }

  /** Has what was taken written, beside the training. */
  #write(learn: RunningLearner): void {
    if (!this.#taken) return
    for (const { best, askers } of this.#queue) if (!best) this.#taken.askers.push(...askers)
    this.#queue = [...this.#queue.filter(({ best }) => best), this.#taken]
    this.#taken = undefined
    this.#writing ??= this.#writeAll(learn, this.#fit!).finally(() => {
      this.#writing = undefined
    })
  }

  async #writeAll(learn: RunningLearner, { index }: RunState['fit']): Promise<void> {
    for (let taken = this.#queue.shift(); taken; taken = this.#queue.shift()) {
      const { snapshot, number, best, askers } = taken
      try {
        const [{ saveCheckpoint }, { nonFinite }] = await Promise.all([import('./file.js'), import('./non-finite.js')])
        const fault = await nonFinite(snapshot.weights, nextTurn)
        const file = runFile(this.dir, index, number, { best, broken: fault !== undefined })
        if (fault) this.#tellBroken(learn, file, fault)
        await saveCheckpoint(file.path, snapshot)
        if (!fault) this.#last = file
        for (const { resolve } of askers) resolve(file.path)
        await this.#tidy(file)
      } catch (error) {
        this.#keep.forget(number)
        for (const { reject } of askers) reject(error as Error)
        this.#fail(learn, error)
      }
    }
  }

  #tellBroken(learn: RunningLearner, { path, number }: RunFile, fault: string): void {
    this.#keep.forget(number)
    if (!this.#saidBroken) learn.log(`${path} does not count as a good checkpoint. ${fault}`)
    this.#saidBroken = true
  }

  /** Removes what there is enough of, and what was before this fit began anew. */
  async #tidy({ fit, number }: RunFile): Promise<void> {
    const files = await runFiles(this.dir)
    const old = this.#keep.superfluous(files.filter(file => file.fit === fit))
    old.push(...files.filter(file => file.fit < fit && file.number !== end && !file.best))
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
    throw typeError('wrong-argument', `${name} must be a folder for checkpoints, such as 'runs/a', but it is ${show(dir)}.`)
  checkAddress(dir, 'write')
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(dir)) checkFileName(name, dir)
  return dir
}

function countFit(learn: RunningLearner, dir: string, fits: number): void {
  const counts = finished.get(learn) ?? new Map<string, number>()
  finished.set(learn, counts.set(dir, fits))
}
