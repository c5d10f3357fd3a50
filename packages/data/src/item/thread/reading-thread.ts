import { plainError, typeError, withCode } from '@onecycle/platform'
import { startThread } from '#data/threads.js'
import type { Packed } from './packed.js'
import type { FromThread, Setup, Thread, ToThread } from './thread.js'

/** Who asks a thread to read, and what it has to know for that. */
export interface Asker {
  readonly number: number
  readonly setup: Setup
}

type Task = Extract<ToThread, { task: number }>

interface Pending {
  readonly asker: Asker
  readonly message: Task
  /** Goes with the message, once. */
  spare: ArrayBuffer | undefined
  readonly resolve: (samples: Packed) => void
  readonly reject: (error: unknown) => void
}

/** Milliseconds after which a thread ends that nobody asked for anything, and what it remembers with it. */
const IDLE = 60_000

/** A thread ended while it worked at a task. */
export class ThreadLost extends Error {
  static override readonly name: string = 'ThreadLost'

  constructor(message: string) {
    super(message)
    withCode(this, 'reading-thread', ThreadLost)
  }
}

/**
 * A thread that is there while somebody wants something of it: started with the first task, ended when there was none for a minute, and another in its
 * place when it ends by itself. It neither keeps the process alive without a task nor outlives it.
 */
export class ReadingThread {
  #thread: Thread | undefined
  /** Whether it has begun to work. */
  #ready = false
  readonly #knows = new Set<number>()
  readonly #pending = new Map<number, Pending>()
  #tasks = 0
  #idle: ReturnType<typeof setTimeout> | undefined

  /**
   * Tasks are done one after the other.
   *
   * @throws ThreadLost when the thread ends amid this task, of which those that wait know nothing; TypeError when an item cannot be sent; Error
   * when threads cannot be started, or the thread cannot do as it is asked
   */
  read(asker: Asker, what: Pick<Task, 'indices' | 'items' | 'pass'>, spare?: ArrayBuffer): Promise<Packed> {
    return new Promise((resolve, reject) => {
      const message = { ...what, task: this.#tasks++, reader: asker.number }
      this.#post({ asker, message, spare, resolve, reject })
    })
  }

  forget(asker: number): void {
    if (this.#knows.delete(asker)) this.#thread?.post({ forget: asker })
  }

  end(): void {
    this.#thread?.end()
    this.#lose(this.#thread, 'was ended')
  }

  #post(pending: Pending): void {
    const { asker, message, spare } = pending
    pending.spare = undefined
    clearTimeout(this.#idle)
    this.#thread ??= this.#start()
    try {
      if (!this.#knows.has(asker.number)) this.#thread.post({ setup: asker.setup, reader: asker.number })
      this.#knows.add(asker.number)
      this.#thread.post({ ...message, spare }, spare && [spare])
    } catch (cause) {
      const { message } = cause as Error
      pending.reject(
        typeError('reading-thread', `An item cannot be sent to a worker thread: ${message} Use num_workers: 0.`, { cause }),
      )
      return
    }
    this.#pending.set(message.task, pending)
    this.#thread.keepAlive(true)
  }

  #start(): Thread {
    this.#ready = false
    this.#knows.clear()
    const thread = startThread({
      message: answer => this.#hear(answer),
      gone: fate => this.#lose(thread, fate),
    })
    return thread
  }

  #hear(answer: FromThread): void {
    if (answer === 'ready') {
      this.#ready = true
      return
    }
    const pending = this.#pending.get(answer.task)
    this.#pending.delete(answer.task)
    if (this.#pending.size === 0) this.#rest()
    if ('samples' in answer) pending?.resolve(answer.samples)
    else pending?.reject(answer.code === undefined ? answer.error : Object.assign(answer.error as Error, { code: answer.code }))
  }

  #rest(): void {
    this.#thread?.keepAlive(false)
    const idle = setTimeout(() => this.end(), IDLE)
    // Node's timers keep a process alive, those of a page are numbers.
    if (typeof idle === 'object') idle.unref()
    this.#idle = idle
  }

  #lose(thread: Thread | undefined, fate: string): void {
    if (!thread || thread !== this.#thread) return
    clearTimeout(this.#idle)
    this.#thread = undefined
    const [first, ...others] = this.#pending.values()
    this.#pending.clear()
    if (!first) return
    if (this.#ready) {
      first.reject(new ThreadLost(fate))
      for (const other of others) this.#post(other)
      return
    }
    const error = plainError(
      'reading-thread',
      `The worker threads that read items do not start: the first one ${fate}. With num_workers: 0 there are none.`,
    )
    for (const { reject } of [first, ...others]) reject(error)
  }
}
