import type { Callback } from '@onecycle/callbacks'
import type { Learner } from '@onecycle/learner'

/** A fit that is to stand still. */
class Pause {
  /** Whether the fit stands still, or was over first. */
  readonly reached: Promise<boolean>
  readonly over: Promise<void>
  reach!: (still: boolean) => void
  end!: () => void

  constructor() {
    this.reached = new Promise(resolve => {
      this.reach = resolve
    })
    this.over = new Promise(resolve => {
      this.end = resolve
    })
  }
}

/** Lets a fit stand still, and others in between two batches, where the weights are those of one moment. */
export class Gate implements Callback<Learner> {
  readonly name = 'Gate'
  readonly order = 95
  #inBatch = false
  #waiting: (() => void)[] = []
  #pause: Pause | undefined
  readonly #beforePause: (learn: Learner) => void

  /** @param beforePause called with the batch after which a fit stands still */
  constructor(beforePause: (learn: Learner) => void) {
    this.#beforePause = beforePause
  }

  before_batch(): void {
    this.#inBatch = true
  }

  after_batch(learn: Learner): void | Promise<void> {
    this.letIn()
    if (!this.#pause) return
    this.#beforePause(learn)
    this.#pause.reach(true)
    return this.#pause.over
  }

  after_fit(): void {
    this.letIn()
  }

  /** No batch is under way: whoever waits for that goes on. */
  letIn(): void {
    this.#inBatch = false
    for (const go of this.#waiting.splice(0)) go()
  }

  /** Does `work` between two batches. */
  async between<T>(work: () => T): Promise<Awaited<T>> {
    if (!this.#inBatch) return await work()
    return await new Promise<T>((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  /** Resolves to true when the fit stands still; to false when it is over first. */
  pause(): Promise<boolean> {
    this.#pause ??= new Pause()
    return this.#pause.reached
  }

  resume(): void {
    this.#pause?.reach(false)
    this.#pause?.end()
    this.#pause = undefined
  }
}
