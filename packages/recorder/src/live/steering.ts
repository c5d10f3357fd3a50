import { type Callback, CancelFit } from '@onecycle/callbacks'
import { show } from '@onecycle/platform'
import type { LoggedState } from '../run/run-logger.js'
import { type Act, acts } from './message.js'

/** Whom buttons steer: a Learner. */
export interface SteeredState extends LoggedState {
  readonly bus?: { readonly callbacks: readonly Callback<never>[] }
  save?(address: string): Promise<string>
}

/** A `Checkpoint` of the Learner's. */
interface Keeper {
  now(still?: unknown): Promise<string>
}

/** Milliseconds after which a fit that stands still looks whether it is to end. */
const look = 200

/** Has a fit stand still, end, and be kept between two batches, as somebody asks for it. */
export class Steering {
  readonly #changed: () => void
  /** Where what has no `Checkpoint` is saved. */
  readonly #folder: string
  #learn: SteeredState | undefined
  #wanted: 'pause' | 'stop' | undefined
  #still = false
  #wake = () => {}
  #keeping: Promise<unknown> | undefined

  /** @param changed called when the state has changed */
  constructor(folder: string, changed: () => void) {
    this.#folder = folder
    this.#changed = changed
  }

  get state(): 'running' | 'paused' | 'idle' {
    if (!this.#learn) return 'idle'
    return this.#still ? 'paused' : 'running'
  }

  get can(): Act[] {
    if (!this.#learn) return []
    const keeps = !this.#learn.lr_finding && (this.#keeper !== undefined || this.#learn.save !== undefined)
    return [this.#wanted === 'pause' ? 'resume' : 'pause', 'stop', ...(keeps ? (['checkpoint'] as const) : [])]
  }

  begin(learn: SteeredState): void {
    this.#learn = learn
    this.#wanted = undefined
    this.#changed()
  }

  end(): void {
    this.#learn = undefined
    this.#changed()
  }

  /** After a training batch. @throws CancelFit where somebody asked for it */
  afterBatch(): void | Promise<void> {
    if (this.#wanted === 'stop') throw new CancelFit()
    if (this.#wanted === 'pause') return this.#standStill()
  }

  /** @throws RangeError for what cannot be asked for; Error where a checkpoint cannot be written */
  async act(what: Act): Promise<string> {
    if (!acts.includes(what)) throw new RangeError(`There is nothing that ${show(what)} does; there are ${acts.join(', ')}.`)
    if (!this.#learn) return 'No fit is under way.'
    if (what === 'checkpoint') return `Kept in ${await this.#keep(this.#learn)}.`
    this.#wanted = what === 'resume' ? undefined : what
    this.#wake()
    this.#changed()
    if (what === 'resume') return 'It goes on.'
    return what === 'pause' ? 'It stands still after this batch.' : 'It ends after this batch.'
  }

  async #standStill(): Promise<void> {
    this.#still = true
    this.#changed()
    // The timer also keeps the process alive, in which nothing else may be waited for.
    while (this.#wanted === 'pause' && !this.#learn?.ending)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, look)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    await this.#keeping
    this.#still = false
    this.#changed()
    if (this.#wanted === 'stop') throw new CancelFit()
    this.#wanted = undefined
  }

  get #keeper(): Keeper | undefined {
    return this.#learn?.bus?.callbacks.find(callback => callback.name === 'Checkpoint' && 'now' in callback) as Keeper | undefined
  }

  async #keep(learn: SteeredState): Promise<string> {
    const { epoch, train_iter } = learn
    const address = `${this.#folder}/epoch-${epoch}-batch-${train_iter}`
    const done = this.#keeper?.now(this.#still ? learn : undefined) ?? learn.save?.(address)
    if (!done) throw new Error('This Learner cannot be saved.')
    const settled = done.then(
      () => {},
      () => {},
    )
    this.#keeping = settled
    return done
  }
}
