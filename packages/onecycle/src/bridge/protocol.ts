import type { SentError } from './errors.js'

/** What a page asks for. */
export type Request = 'create' | 'start' | 'run' | 'pause' | 'resume' | 'stop' | 'predict' | 'call' | 'close'

/** What a page says. Other messages of the same worker have no `onecycle`, and are left alone. */
export type ToWorker =
  | { readonly onecycle: 'hello' }
  | { readonly onecycle: 'request'; readonly id: number; readonly what: Request; readonly given: readonly unknown[] }

/** What a worker says. */
export type ToPage =
  | { readonly onecycle: 'ready' }
  | { readonly onecycle: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly onecycle: 'error'; readonly id: number; readonly error: SentError }
  | { readonly onecycle: 'events'; readonly events: readonly SentEvent[] }

/** An event of a training, or a message of one's own, by its name. */
export type SentEvent = readonly [name: string, content: unknown]

/** The message, where it is one of ours. */
export function ours<Message extends ToPage | ToWorker>(content: unknown): Message | undefined {
  return typeof content === 'object' && content !== null && 'onecycle' in content ? (content as Message) : undefined
}
