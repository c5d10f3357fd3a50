import {
  checkAddress,
  checkCount,
  checkFileName,
  checkOptions,
  type Kinds,
  kind,
  plainError,
  show,
  typeError,
} from '@onecycle/platform'
import type { Callback } from '../callback.js'
import type { TrainingState } from '../training-state.js'
import { type Log, Monitor, type MonitorOptions, type MonitorState, monitorKinds } from './monitor.js'
import { type Note, readNote, writeNote } from './saved-note.js'

/** Where models go; the Learner's `save`, `load` and `metadataOf` fit. */
export interface ModelStore {
  /** `metadata` is written into the file. */
  save(name: string, options: { with_opt: boolean; metadata?: Record<string, string> }): unknown
  load(name: string, options: { with_opt: boolean }): unknown
  /** What was written into a file, or undefined when there is none of that name. Throws for a damaged one. */
  metadataOf?(name: string): Promise<Readonly<Record<string, string>> | undefined>
}

/** What `SaveModel` is given: what it watches, where it saves, and whether the best model is loaded at the end. */
export interface SaveModelOptions extends MonitorOptions {
  /**
   * The saved model's name: a path, or in browsers an address such as `indexeddb://best`. Default `model`; none when `restore_best` keeps
   * the best in memory.
   */
  fname?: string | undefined
  /** Saves `fname_0`, ... every so many epochs (`true`: every one) instead of at improvements. Default false. */
  every_epoch?: boolean | number | undefined
  /** Saves at the end of the fit, and does not reload the best. Default false. */
  at_end?: boolean | undefined
  /** Whether the best model is reloaded when the fit ends, however it ends. Default true; fastai 0.7 does not. */
  reload?: boolean | undefined
  /** Whether the optimizer's state is saved and reloaded too. Default false. */
  with_opt?: boolean | undefined
  log?: Log | undefined
}

/** What a {@link SaveModel} knows. */
export interface SaveModelState extends MonitorState {
  /** Whether the best value's model lies in the file. */
  readonly saved: boolean
}

const kinds: Kinds<SaveModelOptions> = {
  ...monitorKinds,
  fname: kind.string,
  every_epoch: kind.either(kind.boolean, kind.number),
  at_end: kind.boolean,
  reload: kind.boolean,
  with_opt: kind.boolean,
  log: kind.function,
}

/**
 * Saves the model whenever the monitored figure improves, and reloads the best one after the fit; or saves every so many epochs.
 *
 * Only what this callback saved is reloaded. With `reset_on_fit: false` it goes on from the file of an earlier run, which holds the
 * best value; otherwise such a file is left alone until there is something to save.
 * Sources: fastai 2's and 1's `SaveModelCallback` (1: `every='improvement' | 'epoch'`, name `bestmodel`).
 *
 * @example
 * const best = new SaveModel(learn, { monitor: 'accuracy' })
 * await learn.fit_one_cycle(5, 1e-2, { callbacks: [best] })
 */
export class SaveModel implements Callback {
  static readonly name: string = 'SaveModel'
  readonly name = 'SaveModel'
  readonly order = 61
  readonly monitor: Monitor
  readonly #store: ModelStore
  readonly #fname: string | undefined
  readonly #every: number
  readonly #at_end: boolean
  readonly #with_opt: boolean
  readonly #reload: boolean
  readonly #log: Log
  /** Whether an improvement matters: to the file, or to the weights kept in memory. */
  readonly #watches: boolean
  /** The fit that it hears. */
  #learn: TrainingState | undefined
  #watching = false
  #saved = false

  /**
   * @throws RangeError when `every_epoch` is not a whole number of at least 1; TypeError for an unknown option, or ones that contradict
   * each other; Error when a Learner could not write `fname` here, or not read it to reload it.
   */
  constructor(store: ModelStore, options: SaveModelOptions = {}) {
    checkOptions<SaveModelOptions>('SaveModel', options, kinds)
    checkStore(store)
    if (options.fname !== undefined) checkFileName('SaveModel: fname', options.fname)
    const { every_epoch = false, at_end = false, with_opt = false, restore_best = false, reload = true } = options
    const { fname: _fname, log = console.log, ...monitor } = options
    const every = typeof every_epoch === 'boolean' ? Number(every_epoch) : checkCount('every_epoch', every_epoch)
    const inMemory = restore_best && (options.fname === undefined || every > 0)
    if (restore_best && (at_end || !reload))
      throw typeError(
        'one-or-other',
        `restore_best puts the best model back, ${at_end ? 'at_end keeps the last' : 'reload: false does not'}: leave out one of them.`,
      )
    this.monitor = new Monitor({ ...monitor, restore_best: inMemory }, this.name)
    this.#store = store
    this.#fname = options.fname ?? (inMemory && every === 0 ? undefined : 'model')
    this.#every = every
    this.#at_end = at_end
    this.#with_opt = with_opt
    this.#reload = reload
    this.#log = log
    this.#watches = every === 0 || restore_best
    if (this.#fname !== undefined && 'model' in store) this.#checkFname(this.#fname, every === 0 && !at_end && reload)
  }

  async before_fit(learn: TrainingState): Promise<void> {
    this.#learn = undefined
    if (learn.lr_finding) return
    this.#checkSame(learn)
    this.#watching = this.#watches && !(this.#at_end && !learn.validates)
    if (this.#watching) {
      if (this.monitor.begin(learn)) this.#saved = false
      else if (!this.monitor.known) await this.#recall()
    }
    this.#learn = learn
  }

  async after_epoch(learn: TrainingState): Promise<void> {
    if (!this.#learn) return
    if (this.#every && learn.epoch % this.#every === 0) await this.#save(`${this.#fname}_${learn.epoch}`)
    if (!(this.#watching && this.monitor.improves(learn))) return
    const value = learn.values[this.monitor.monitor]!
    if (!learn.rank) this.#log(`Better model found at epoch ${learn.epoch} with ${this.monitor.monitor} value: ${value}.`)
    if (this.#fname !== undefined && !this.#every) {
      await this.#save(this.#fname, { value, epoch: learn.epoch })
      this.#saved = true
    }
    await this.monitor.keep(learn)
  }

  async after_fit(): Promise<void> {
    const trained = this.#learn !== undefined && this.#learn.train_iter > 0
    this.#learn = undefined
    if (trained && this.#at_end) await this.#save(this.#fname!)
    else if (trained && this.#saved && this.#reload) await this.#store.load(this.#fname!, { with_opt: this.#with_opt })
    await this.monitor.end()
  }

  /** What it knows, for {@link restore} in another process. */
  state(): SaveModelState {
    return { ...this.monitor.state(), saved: this.#saved }
  }

  /** Goes on from a state: the next fit does not begin anew. Throws Error when it is of another figure. */
  restore(state: SaveModelState): void {
    this.monitor.restore(state)
    this.#saved = state.saved === true
  }

  /** @throws Error when the Learner that it saves with is another one. */
  #checkSame(learn: TrainingState): void {
    const [saves, trains]: readonly object[] = [this.#store, learn]
    if (saves === trains || !('model' in saves!)) return
    throw plainError(
      'another-learner',
      'SaveModel saves with another Learner, which it was made with, and not with the one that trains here: ' +
        'give it the Learner whose fit it is, new SaveModel(learn, ...).',
    )
  }

  /** @throws Error for what a Learner would refuse after an epoch, or when the fit ends. */
  #checkFname(fname: string, reloads: boolean): void {
    const check = (use: 'read' | 'write', otherwise: string) => {
      try {
        checkAddress(fname, use)
      } catch (error) {
        throw plainError('file-name', `SaveModel: fname will not do. ${(error as Error).message} ${otherwise}`, { cause: error })
      }
    }
    check('write', this.#every ? '' : 'With restore_best: true, and no fname, the best model is kept in memory.')
    if (reloads) check('read', 'With reload: false the last model stays when the fit ends.')
  }

  /** Goes on from the best model of an earlier run, if there is its file. */
  async #recall(): Promise<void> {
    if (this.#fname === undefined || this.#every || !this.#store.metadataOf) return
    const metadata = await this.#store.metadataOf(this.#fname)
    if (!metadata) return
    this.monitor.best = readNote(this.#fname, metadata, this.monitor).value
    this.#saved = true
  }

  async #save(name: string, note?: Note): Promise<void> {
    await this.#store.save(name, { with_opt: this.#with_opt, ...(note && { metadata: writeNote(this.monitor, note) }) })
  }
}

function checkStore(store: unknown): void {
  const { save, load } = (store ?? {}) as Partial<ModelStore>
  if (typeof save === 'function' && typeof load === 'function') return
  throw typeError(
    'wrong-argument',
    `SaveModel keeps models in a store with save and load, which comes first, but got ${show(store)}: new SaveModel(learn, { fname: 'best' }).`,
  )
}
