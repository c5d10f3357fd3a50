import type { EndReason } from '@onecycle/callbacks'
import type { EpochRow, History } from '../history.js'
import { eventsOf } from './history-events.js'
import type { Act, Whereabouts } from './pulse.js'
import { Story } from './story.js'

/** A training in a worker: what `connect` of `onecycle/page` gives. */
export interface FollowedTraining {
  readonly history: History
  readonly state: string
  // biome-ignore lint/suspicious/noExplicitAny: each event has its content
  on(event: 'begin' | 'batches' | 'epoch' | 'progress' | 'end' | 'state', hear: (content: any) => void): () => void
  pause(): Promise<unknown>
  resume(): Promise<unknown>
  stop(): Promise<unknown>
}

/** What is heard of it. */
interface Begins {
  readonly lr_finding: boolean
  readonly n_epoch: number
  readonly n_train_iter: number
  readonly metricNames: readonly string[]
}
interface Batches {
  readonly lr_finding: boolean
  readonly first: number
  readonly losses: readonly number[]
  readonly smooth_losses: readonly number[]
  readonly lrs: readonly number[]
  readonly moms: readonly number[]
}

/** What a training in a worker did until now, and does from then on, as a story. */
export class TrainingStory {
  readonly story = new Story()
  readonly #training: FollowedTraining
  readonly #leave: readonly (() => void)[]
  #fit = 0
  /** Whether the story has the beginning of the fit. */
  #begun = false
  #state: string
  #progress: Whereabouts

  /** @param changed called where there is something new to show */
  constructor(training: FollowedTraining, changed: () => void) {
    this.#training = training
    this.#state = training.state
    const { losses, nb_batches, reason } = training.history
    this.#progress = {
      ...{ lr_finding: false, epoch: reason ? 0 : nb_batches.length, n_epoch: 0, training: true, iter: 0, n_iter: 0 },
      ...{ train_iter: reason ? 0 : losses.length, batches: 0 },
    }
    this.#takeUntilNow()
    this.#pulse()
    const on = <Content>(event: Parameters<FollowedTraining['on']>[0], hear: (content: Content) => void) =>
      training.on(event, (content: Content) => {
        hear(content)
        if (event === 'end' || event === 'progress' || event === 'state') {
          this.#pulse()
          changed()
        }
      })
    this.#leave = [
      on<Begins>('begin', content => {
        if (!content.lr_finding) this.#begin(content)
      }),
      on<Batches>('batches', ({ lr_finding, ...columns }) => {
        if (!lr_finding) this.story.take({ type: 'batches', time: Date.now(), fit: this.#under(), ...columns })
      }),
      on<EpochRow>('epoch', row => {
        const batches = training.history.losses.length
        this.story.take({ type: 'epoch', time: Date.now(), fit: this.#under(), batches, row })
      }),
      on<{ lr_finding: boolean; reason: EndReason }>('end', ({ lr_finding, reason }) => {
        if (!lr_finding) this.#end(reason)
      }),
      on<Whereabouts>('progress', content => {
        this.#progress = content
      }),
      on<string>('state', content => {
        this.#state = content
      }),
    ]
  }

  close(): void {
    for (const leave of this.#leave) leave()
  }

  #takeUntilNow(): void {
    const { history } = this.#training
    if (history.losses.length === 0 && !history.reason) return
    for (const event of eventsOf(history, { fit: this.#under(), time: Date.now() })) this.story.take(event)
    if (history.reason) this.#end(history.reason)
  }

  #begin({ n_epoch, n_train_iter, metricNames }: Omit<Begins, 'lr_finding'>): void {
    this.story.take({ type: 'fit', time: Date.now(), fit: this.#fit, n_epoch, n_train_iter, metricNames, hyper: {} })
    this.#begun = true
  }

  /** The number of the fit under way. Of one that had begun before it is not known how long it is. */
  #under(): number {
    if (!this.#begun) this.#begin({ n_epoch: 0, n_train_iter: 0, metricNames: this.#training.history.metricNames })
    return this.#fit
  }

  #end(reason: EndReason): void {
    this.story.take({ type: 'end', time: Date.now(), fit: this.#under(), reason })
    this.#fit++
    this.#begun = false
  }

  #pulse(): void {
    const state = this.#state === 'running' || this.#state === 'paused' ? this.#state : 'idle'
    const can: Act[] = state === 'idle' ? [] : [state === 'paused' ? 'resume' : 'pause', 'stop']
    this.story.take({ type: 'pulse', time: Date.now(), state, can, ...this.#progress })
  }
}
