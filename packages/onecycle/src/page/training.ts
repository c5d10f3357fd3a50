import { plainError } from '@onecycle/platform'
import type { History } from '@onecycle/recorder'
import { type Endpoint, listen } from '../bridge/endpoint.js'
import { unpackError } from '../bridge/errors.js'
import type { TrainingEvents } from '../bridge/events.js'
import type { PredictInput, Prediction } from '../bridge/prediction.js'
import { ours, type Request, type ToPage, type ToWorker } from '../bridge/protocol.js'
import { buffersOf } from '../bridge/transfer.js'
import type { AnswerOf, AnyServed, CallOf, GivenOf, MessagesOf, OptionsOf, ResultOf } from '../bridge/types.js'
import { follow, nothingYet } from './follow.js'

/** What the worker is at. */
export type TrainingState = 'idle' | 'running' | 'paused' | 'closed'

/** All that can be heard: what a training says by itself, and the worker's own messages. */
export type PageEvents<S extends AnyServed> = TrainingEvents & { state: TrainingState } & MessagesOf<S>

/** None where they need not be given. */
type Given<Options> = undefined extends Options ? [options?: Options] : [options: Options]

type Hear = (content: unknown) => void
interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/**
 * A training in a worker, from where its page is: {@link connect} makes one. What fails there rejects here, with the name, the message and
 * the stack of the error. A worker that ends, or cannot be loaded, rejects all that waits.
 *
 * @example
 * training.on('progress', ({ train_iter, batches }) => console.log(`${train_iter} of ${batches}`))
 * await training.pause()
 * await training.resume()
 * await training.stop()
 */
export class Training<S extends AnyServed = AnyServed> {
  static readonly name: string = 'Training'
  readonly #worker: Endpoint
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Map<string, Set<Hear>>()
  /** What is asked for before the worker listens. */
  #early: (() => void)[] | undefined = []
  #state: TrainingState = 'idle'
  #history = nothingYet()
  #requests = 0
  #ended: Error | undefined

  /** @param worker see {@link connect} */
  constructor(worker: Endpoint) {
    this.#worker = worker
    listen(worker, { message: content => this.#hear(ours<ToPage>(content)), failed: (error, gone) => this.#fail(error, gone) })
    this.#post({ onecycle: 'hello' })
  }

  get state(): TrainingState {
    return this.#state
  }

  /**
   * What was recorded of the current or last fit, as far as the worker has told: at most a tenth of a second behind. A fit begins a new
   * object.
   */
  get history(): History {
    return this.#history
  }

  /** Makes the Learner, in place of the one that is there. */
  create(...options: Given<OptionsOf<S>>): Promise<void> {
    return this.#working('create', options) as Promise<void>
  }

  /**
   * Makes the Learner anew and trains it: `create` and `run` of the worker, with these options.
   *
   * @returns what the worker's `run` gives
   * @throws `AbortError` when {@link stop} ended it: what was recorded until then is {@link history}; otherwise what was thrown there;
   * Error while another training is under way
   */
  start(...options: Given<OptionsOf<S>>): Promise<ResultOf<S>> {
    return this.#working('start', options) as Promise<ResultOf<S>>
  }

  /** Goes on training the Learner that is there, or makes it when there is none. Gives and throws as {@link start}. */
  run(...options: Given<OptionsOf<S>>): Promise<ResultOf<S>> {
    return this.#working('run', options) as Promise<ResultOf<S>>
  }

  /** Has the training stand still after its current batch. Resolves when it does, and to false where there is none, or none any more. */
  async pause(): Promise<boolean> {
    const still = (await this.#ask('pause', [])) as boolean
    if (still && this.#state === 'running') this.#enter('paused')
    return still
  }

  /** Lets it go on. */
  async resume(): Promise<void> {
    await this.#ask('resume', [])
    if (this.#state === 'paused') this.#enter('running')
  }

  /** Ends the training after its current batch, as an aborted signal does. Resolves when it is over. */
  async stop(): Promise<void> {
    await this.#ask('stop', [])
  }

  /**
   * Predictions of the Learner as it is: while it trains, those of the weights between two batches.
   *
   * @param x as for `learn.predict`: numbers of one sample or several; of several inputs by name or as a list. What a tensor holds, with its
   * shape, where the model leaves the size of its input open
   * @throws what `learn.predict` throws; TypeError for a model with several outputs
   * @example
   * const { values } = await training.predict([[5.1, 3.5, 1.4, 0.2]])
   * const image = { values: new Float32Array(28 * 28 * 3), shape: [1, 28, 28, 3] }
   * const { values: shares } = await training.predict(image)
   */
  predict(x: PredictInput): Promise<Prediction> {
    return this.#ask('predict', [x]) as Promise<Prediction>
  }

  /** Calls a method or a function of the worker. While it trains, methods begin between two batches. */
  call<Name extends CallOf<S>>(name: Name, ...given: GivenOf<S, Name>): Promise<AnswerOf<S, Name>> {
    return this.#ask('call', [name, ...(given as unknown[])]) as Promise<AnswerOf<S, Name>>
  }

  /**
   * Has a function hear what happens: `begin` and `end` of a fit or a search, `batches` (gathered: at most ten times a second, none is left
   * out), `epoch`, `progress`, `state`, and the worker's own messages by their names.
   *
   * @returns a function that ends it
   */
  on<Name extends keyof PageEvents<S> & string>(name: Name, hear: (content: PageEvents<S>[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // One of its own, so that a function which is given twice can be taken away once.
    const listener: Hear = content => hear(content as PageEvents<S>[Name])
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  /** Ends the worker, and rejects what waits. */
  close(): void {
    if (this.#ended) return
    if (!this.#worker.terminate) this.#post({ onecycle: 'request', id: this.#requests++, what: 'close', given: [] })
    this.#fail(plainError('training-closed', 'The training was closed.'), true)
    if (this.#worker.terminate) this.#worker.terminate()
    else this.#worker.close?.()
  }

  async #working(what: Request, given: readonly unknown[]): Promise<unknown> {
    if (this.#state === 'running' || this.#state === 'paused')
      throw plainError('training-busy', `${what} was called while a training is under way: await it, or stop() it first.`)
    const done = this.#ask(what, given)
    if (this.#state === 'idle') this.#enter('running')
    try {
      return await done
    } finally {
      if (!this.#ended) this.#enter('idle')
    }
  }

  #ask(what: Request, given: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended)
      const id = this.#requests++
      this.#waiting.set(id, { resolve, reject })
      const send = () => {
        try {
          this.#post({ onecycle: 'request', id, what, given }, buffersOf(given))
        } catch (error) {
          this.#waiting.delete(id)
          reject(error)
        }
      }
      if (this.#early) this.#early.push(send)
      else send()
    })
  }

  #hear(message: ToPage | undefined): void {
    if (message?.onecycle === 'ready') {
      for (const send of this.#early?.splice(0) ?? []) send()
      this.#early = undefined
    } else if (message?.onecycle === 'events') {
      for (const [name, content] of message.events) this.#tell(name, content)
    } else if (message) {
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (message.onecycle === 'answer') waiting?.resolve(message.value)
      else waiting?.reject(unpackError(message.error))
    }
  }

  #tell(name: string, content: unknown): void {
    this.#history = follow(this.#history, name, content)
    for (const hear of this.#listeners.get(name) ?? []) {
      try {
        hear(content)
      } catch (error) {
        // Of the listener alone: others hear all the same.
        reportLater(error)
      }
    }
  }

  #enter(state: TrainingState): void {
    if (state === this.#state) return
    this.#state = state
    this.#tell('state', state)
  }

  /** Rejects what waits; for good where nobody is there any more, or never was. */
  #fail(error: Error, gone: boolean): void {
    if (this.#ended) return
    if (gone || this.#early) {
      this.#ended = error
      this.#early = []
      this.#enter('closed')
    }
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  #post(message: ToWorker, buffers: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, buffers)
  }
}

/** As an error that nobody caught. */
function reportLater(error: unknown): void {
  setTimeout(() => {
    throw error
  })
}
