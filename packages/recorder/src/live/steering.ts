import { type Callback, CancelFit } from '@onecycle/callbacks'
import { plainError, rangeError, show } from '@onecycle/platform'
import type { LoggedState } from '../run/run-logger.js'
import { type Act, acts } from './pulse.js'

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

const shared = new WeakMap<object, Steering>()

/** Has a fit stand still, end, and be kept between two batches, as somebody asks for it: all who show a Learner have one in common. */
export class Steering {
  readonly #hearers = new Set<() => void>()
  #learn: SteeredState | undefined
  #wanted: 'pause' | 'stop' | undefined
  #still = false
  #wake = () => {}
  #keeping: Promise<unknown> | undefined

  /** That of a Learner. */
  static of(learn: SteeredState): Steering {
    const there = shared.get(learn) ?? new Steering()
    shared.set(learn, there)
    return there
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

  /** @param changed called when the state has changed, until {@link Steering.end} */
  begin(learn: SteeredState, changed: () => void): void {
    this.#hearers.add(changed)
    // What somebody wanted since another one began counts.
    if (!this.#learn) this.#wanted = undefined
    this.#learn = learn
    this.#changed()
  }

  end(changed: () => void): void {
    this.#learn = undefined
    this.#changed()
    this.#hearers.delete(changed)
  }

  /** After a training batch. @throws CancelFit where somebody asked for it */
  afterBatch(): void | Promise<void> {
    if (this.#wanted === 'stop') throw new CancelFit()
    if (this.#wanted === 'pause') return this.#standStill()
  }

  /**
   * @param folder where what has no `Checkpoint` is saved
   * @throws RangeError for what cannot be asked for; Error where a checkpoint cannot be written
   */
  async act(what: Act, folder: string): Promise<string> {
    if (!acts.includes(what))
      throw rangeError('unknown-choice', `There is nothing that ${show(what)} does; there are ${acts.join(', ')}.`)
    if (!this.#learn) return 'No fit is under way.'
    if (what === 'checkpoint') return `Kept in ${await this.#keep(this.#learn, folder)}.`
    this.#wanted = what === 'resume' ? undefined : what
    this.#wake()
    this.#changed()
    if (what === 'resume') return 'It goes on.'
    return what === 'pause' ? 'It stands still after this batch.' : 'It ends after this batch.'
  }

  #changed(): void {
    for (const changed of this.#hearers) changed()
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

  async #keep(learn: SteeredState, folder: string): Promise<string> {
    const { epoch, train_iter } = learn
    const address = `${folder}/epoch-${epoch}-batch-${train_iter}`
    const done = this.#keeper?.now(this.#still ? learn : undefined) ?? learn.save?.(address)
    if (!done) throw plainError('no-checkpoint-here', 'This Learner cannot be saved.')
    const settled = done.then(
      () => {},
      () => {},
    )
    this.#keeping = settled
    return done
  }
}
