import { nextTurn, type Opened, open } from '@onecycle/platform'
import { eventIn } from '../run/read-run.js'
import type { RunEvent } from '../run/run-event.js'
import { compact } from './compact.js'
import type { LiveMessage } from './message.js'
import type { Pulse } from './pulse.js'
import { Story } from './story.js'
import { timeout } from './timeout.js'

/** Milliseconds between two looks at a file. */
const look = 300

/** Bytes that are read at once: others are let in between. */
const piece = 2 ** 20

/** By so many bytes at its beginning a file is known again. */
const head = 256

type Hear = (messages: readonly LiveMessage[]) => void

/** A log that another process may write: read on, as long as somebody hears. */
export class FollowedLog {
  readonly #path: string
  readonly #hearers = new Set<Hear>()
  story = new Story()
  #offset = 0
  #head = ''
  /** A line whose end is not written yet. */
  #rest = new Uint8Array()
  #reading: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Whether somebody hears. */
  get followed(): boolean {
    return this.#hearers.size > 0
  }

  /** Tells all that there is, and from then on what comes. @throws Error when it cannot be read */
  async join(hear: Hear): Promise<() => void> {
    await this.read()
    hear([{ type: 'story', story: this.story.state() }])
    this.#hearers.add(hear)
    this.#wait()
    return () => {
      this.#hearers.delete(hear)
      if (!this.followed) this.#stop()
    }
  }

  /** Tells something that is not in the log. */
  tell(message: RunEvent | Pulse): void {
    this.story.take(message)
    this.#send([message])
  }

  /** Reads what is new. */
  read(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  #wait(): void {
    if (this.#timer !== undefined) return
    this.#timer = timeout(async () => {
      // What cannot be read now, as it is being moved, may be there at the next look.
      await this.read().catch(() => {})
      this.#timer = undefined
      if (this.followed) this.#wait()
    }, look)
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #readAll(): Promise<void> {
    const file = await open(this.#path)
    try {
      if (file.size === this.#offset) return
      if (await this.#isAnother(file)) this.#beginAnew()
      while (this.#offset < file.size) {
        const bytes = await file.read(this.#offset, Math.min(file.size, this.#offset + piece))
        this.#offset += bytes.length
        this.#take(bytes)
        await nextTurn()
      }
    } finally {
      await file.close()
    }
  }

  /** One that is shorter, or begins with something else, has taken the place of the one that was read. */
  async #isAnother(file: Opened): Promise<boolean> {
    const begins = new TextDecoder('latin1').decode(await file.read(0, Math.min(head, file.size)))
    const isAnother = file.size < this.#offset || !begins.startsWith(this.#head)
    this.#head = begins
    return isAnother
  }

  #beginAnew(): void {
    this.story = new Story()
    this.#offset = 0
    this.#rest = new Uint8Array()
    this.#send([{ type: 'story', story: this.story.state() }])
  }

  #take(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#rest.length + bytes.length)
    all.set(this.#rest)
    all.set(bytes, this.#rest.length)
    const end = all.lastIndexOf(lineEnd) + 1
    this.#rest = all.slice(end)
    const events = new TextDecoder().decode(all.subarray(0, end)).split('\n').map(eventIn)
    const told = events.map(event => event && compact(event)).filter((event): event is RunEvent => event !== undefined)
    for (const event of told) this.story.take(event)
    if (told.length > 0) this.#send(told)
  }

  #send(messages: readonly LiveMessage[]): void {
    for (const hear of this.#hearers) hear(messages)
  }
}

const lineEnd = 10
