import { type DirectionOptions, Monitor } from '@onecycle/callbacks'
import { checkCount, checkOptions, type Kinds, kind } from '@onecycle/platform'
import { end, type RunFile } from './run-folder.js'
import type { RunningLearner } from './running-learner.js'

/** Which checkpoints of a folder stay: the last ones, and the best ones by a figure. */
export interface KeepOptions extends DirectionOptions {
  /** How many of the newest stay, at least 2: if the newest is damaged there is one before it. Default 3. */
  last?: number | undefined
  /** How many of the best stay beside them, by the figure at the end of an epoch. Default: 1 where a figure is monitored, or else none. */
  best?: number | undefined
  /** The figure: `valid_loss` (default), `train_loss`, or the name of a metric. */
  monitor?: string | undefined
}

/** One of the best: the number of its file in the fit, and the figure at the end of an epoch, from 0. */
export interface Best {
  readonly number: number
  readonly value: number
  readonly epoch: number
}

/** The best of a fit, the very best first, as its checkpoints remember them. */
export interface BestFiles {
  readonly monitor: string
  readonly better: string
  readonly files: readonly Best[]
}

const kinds: Kinds<KeepOptions> = {
  ...{ last: kind.any, best: kind.any, monitor: kind.string, mode: kind.any, comp: kind.any },
}

/** Which checkpoints of a fit stay: the newest, and the best by a figure. */
export class Keep {
  readonly #last: number
  readonly #count: number
  readonly #monitor: Monitor | undefined
  #best: readonly Best[] = []

  /** @throws TypeError for an unknown option; RangeError for too few that stay, or a direction that is none. */
  constructor(given: number | KeepOptions) {
    const options = typeof given === 'object' ? given : { last: given }
    if (typeof given === 'object') checkOptions<KeepOptions>('keep of Checkpoint', given, kinds)
    const { last = 3, monitor, mode, comp } = options as KeepOptions
    const { best = Number([monitor, mode, comp].some(each => each !== undefined)) } = options as KeepOptions
    this.#last = checkCount(typeof given === 'object' ? 'keep.last' : 'keep', last, 2)
    this.#count = checkCount('keep.best', best, 0)
    if (best > 0) this.#monitor = new Monitor({ monitor, mode, comp }, 'Checkpoint')
  }

  /** @throws Error when no figure of that name will be there, or nobody says which way it is better. */
  begin(learn: RunningLearner): void {
    this.#monitor?.begin(learn)
    this.#best = []
  }

  /** Goes on with what an earlier process knew, if it watched the same figure. */
  goOn(known: BestFiles | undefined): void {
    const now = this.state()
    if (known && known.monitor === now?.monitor && known.better === now.better) this.#best = known.files.slice(0, this.#count)
  }

  state(): BestFiles | undefined {
    return this.#monitor && { monitor: this.#monitor.monitor, better: this.#monitor.better!, files: this.#best }
  }

  /** Takes the checkpoint of an epoch's end among the best, if it is one of them. Of two that are equally good the older one is better. */
  add(number: number, { values, epoch }: RunningLearner): boolean {
    const value = this.#monitor && values[this.#monitor.monitor]
    if (value === undefined || !Number.isFinite(value)) return false
    const sign = this.#monitor!.better === 'lower' ? 1 : -1
    const all = [...this.#best, { number, value, epoch }].sort((a, b) => sign * (a.value - b.value))
    this.#best = all.slice(0, this.#count)
    return this.#has(number)
  }

  /** The fit ended where one of the best was taken: that of its end is both. */
  ended(number: number): void {
    this.#best = this.#best.map(best => (best.number === number ? { ...best, number: end } : best))
  }

  /** It could not be written, or is not good. */
  forget(number: number): void {
    this.#best = this.#best.filter(best => best.number !== number)
  }

  /** Those of a fit under way that there is no reason to keep. */
  superfluous(files: readonly RunFile[]): RunFile[] {
    const running = files.filter(({ number }) => number !== end)
    const newest = [false, true].flatMap(broken => running.filter(file => file.broken === broken).slice(0, this.#last))
    return running.filter(file => !newest.includes(file) && !this.#has(file.number))
  }

  #has(number: number): boolean {
    return this.#best.some(best => best.number === number)
  }
}
