import { plainError } from '@onecycle/platform'
import type { SentEvent } from '../bridge/protocol.js'

type Send = (event: SentEvent) => void

/**
 * Messages of one's own to the page, by name: `Contents` is what each holds.
 *
 * @example
 * const own: Messages<{ note: string }> = messages<{ note: string }>()
 * own.send('note', 'half of it is done')
 */
export class Messages<Contents extends object> {
  static readonly name: string = 'Messages'
  readonly #pages = new Map<object, Send>()

  /**
   * Sends one to the page, which hears it with `training.on(name, content => ...)`.
   *
   * @throws Error when nobody is served yet; a `DataCloneError` for what cannot be sent, such as a tensor or a function
   */
  send<Name extends keyof Contents & string>(name: Name, content: Contents[Name]): void {
    if (this.#pages.size === 0)
      throw plainError(
        'message-unheard',
        `The message '${name}' has nobody to go to: give these messages to serve({ messages, ... }) first.`,
      )
    for (const send of this.#pages.values()) send([name, content])
  }

  /** For `serve`. */
  connect(server: object, send: Send): void {
    this.#pages.set(server, send)
  }

  /** For `serve`. */
  disconnect(server: object): void {
    this.#pages.delete(server)
  }
}

/**
 * Messages of one's own, with the type of each: `serve` takes them, and the page's `on` knows their names.
 *
 * @example
 * const own = messages<{ preview: { pixels: Float32Array; label: number } }>()
 * own.send('preview', { pixels: new Float32Array(784), label: 3 })
 */
export function messages<Contents extends object>(): Messages<Contents> {
  return new Messages<Contents>()
}
