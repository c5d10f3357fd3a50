import type { ServerResponse } from 'node:http'
import type { LiveMessage } from '../../live/message.js'

/** Milliseconds after which something is said, so that a page knows that somebody is there. */
const beat = 5000

/** Bytes that may wait for a page which does not read: then it is left, and comes again when it does. */
const mostWaiting = 8 * 2 ** 20

const written = new WeakMap<readonly LiveMessage[], string>()

/** What a page hears, as server-sent events: a list of messages each. */
export class Stream {
  readonly #response: ServerResponse
  readonly #timer: ReturnType<typeof setInterval>
  over: boolean

  /** @param left called when the page has gone */
  constructor(response: ServerResponse, left: () => void) {
    this.#response = response
    this.over = response.destroyed
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.flushHeaders()
    response.socket?.setNoDelay(true)
    this.#timer = setInterval(() => this.send([]), beat)
    this.#timer.unref()
    response.on('error', () => {})
    response.on('close', () => {
      this.over = true
      clearInterval(this.#timer)
      left()
    })
  }

  send(messages: readonly LiveMessage[]): void {
    if (this.over) return
    if (this.#response.writableLength > mostWaiting) this.#response.destroy()
    else this.#response.write(`data: ${inJson(messages)}\n\n`)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#response.end()
  }
}

/** Once for all pages. */
function inJson(messages: readonly LiveMessage[]): string {
  const text = written.get(messages) ?? JSON.stringify(messages)
  written.set(messages, text)
  return text
}
