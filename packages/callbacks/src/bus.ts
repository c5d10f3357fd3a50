import { isPromise, show, typeError } from '@onecycle/platform'
import type { Callback } from './callback.js'
import { checkCallback, nameOf } from './check-callback.js'
import { batchEvents, closingEvents, type EventName, events, synchronousEvents } from './events.js'
import { gravest } from './gravest.js'
import type { TrainingState } from './training-state.js'

/** Runs a handler, and returns what it returns: for who measures handlers. */
export type Around = (callback: Callback<never>, event: EventName, run: () => unknown) => unknown

/**
 * Delivers events to callbacks, in ascending `order`. Who listens to what is worked out when a callback is added or
 * removed, so an event without listeners costs one array look-up.
 *
 * @example
 * learn.bus.add({ after_epoch: ({ epoch }) => console.log(`epoch ${epoch} is over`) })
 * console.log(learn.bus.callbacks.length)
 */
export class Bus<State extends TrainingState = TrainingState> {
  static readonly name: string = 'Bus'
  #callbacks: readonly Callback<State>[] = []
  #listeners = new Map<EventName, Callback<State>[]>()
  /** What each handler is run by. Default: nothing stands between. */
  around: Around | undefined

  constructor(callbacks: Iterable<Callback<State>> = []) {
    if (typeof callbacks !== 'object' || callbacks === null || !(Symbol.iterator in callbacks))
      throw typeError('wrong-argument', `A Bus is made of a list of callbacks, but got ${show(callbacks)}.`)
    this.add(...callbacks)
  }

  /** The callbacks in the order in which they run. The list is frozen: {@link add} and {@link remove} change it. */
  get callbacks(): readonly Callback<State>[] {
    return this.#callbacks
  }

  /**
   * Adds callbacks, all or none.
   *
   * @throws TypeError for one that could never be heard (a class instead of an object of it, a misspelt event, a name of
   * fastai 1 or Keras, no events), and for one that has been added already: it would hear everything twice.
   */
  add(...callbacks: Callback<State>[]): void {
    const all = [...this.#callbacks]
    for (const callback of callbacks) {
      checkCallback(callback)
      if (all.includes(callback))
        throw typeError(
          'callback-twice',
          `${nameOf(callback)} has been added already, and would hear each event twice. Pass it once.`,
        )
      all.push(callback)
    }
    this.#replace(all)
  }

  /** Removes callbacks; one that is not there is ignored. */
  remove(...callbacks: Callback<State>[]): void {
    this.#replace(this.#callbacks.filter(callback => !callbacks.includes(callback)))
  }

  /** Whether anyone would hear an event; else it need not be told. */
  hears(event: EventName): boolean {
    return this.#listenersOf(event).length > 0
  }

  /**
   * Delivers one event. Returns a promise only when a handler is asynchronous, so that the common, synchronous case
   * costs no turn of the event loop. What a handler throws is thrown here. It hides the event from later callbacks, unless
   * the event closes a part (`after_batch`, `after_train`, `after_validate`, `after_epoch`, `after_fit`, and their `after_cancel_…`):
   * those are heard by all, and then the gravest of what was thrown is thrown.
   */
  fire(event: EventName, state: State): void | Promise<void> {
    return fireFrom(0, event, this.#listenersOf(event), state, this.around)
  }

  #listenersOf(event: EventName): readonly Callback<State>[] {
    const listeners = this.#listeners.get(event)
    if (listeners) return listeners
    throw typeError('unknown-event', `There is no event ${show(event)}. The events are: ${events.join(', ')}.`)
  }

  #replace(callbacks: Callback<State>[]): void {
    // One that is pushed onto the list would never be heard.
    this.#callbacks = Object.freeze(callbacks.sort((a, b) => (a.order ?? 0) - (b.order ?? 0)))
    for (const event of events)
      this.#listeners.set(
        event,
        callbacks.filter(callback => callback[event]),
      )
  }
}

function fireFrom<State extends TrainingState>(
  first: number,
  event: EventName,
  listeners: readonly Callback<State>[],
  state: State,
  around: Around | undefined,
  thrown?: unknown[],
): void | Promise<void> {
  for (let i = first; i < listeners.length; i++) {
    try {
      const pending = deliver(event, listeners[i]!, state, around)
      if (pending) return fireRest(pending, i + 1, event, listeners, state, around, thrown)
    } catch (error) {
      thrown = keep(error, event, thrown)
    }
  }
  if (thrown) throw gravest(thrown)
}

async function fireRest<State extends TrainingState>(
  pending: Promise<void>,
  next: number,
  event: EventName,
  listeners: readonly Callback<State>[],
  state: State,
  around: Around | undefined,
  thrown: unknown[] | undefined,
): Promise<void> {
  try {
    await pending
  } catch (error) {
    thrown = keep(error, event, thrown)
  }
  await fireFrom(next, event, listeners, state, around, thrown)
}

/** Puts by what was thrown until all have heard the event, or throws it. */
function keep(error: unknown, event: EventName, thrown: unknown[] = []): unknown[] {
  if (!closingEvents.has(event)) throw error
  thrown.push(error)
  return thrown
}

function deliver<State extends TrainingState>(
  event: EventName,
  callback: Callback<State>,
  state: State,
  around: Around | undefined,
): void | Promise<void> {
  if (callback.run === false) return
  if (batchEvents.has(event) && (state.training ? callback.run_train : callback.run_valid) === false) return
  // Handlers written as `learn => expression` return all sorts of things.
  const result: unknown = around ? around(callback, event, () => callback[event]!(state)) : callback[event]!(state)
  if (!isPromise(result)) return
  const moment = synchronousEvents.get(event)
  if (moment === undefined) return result as Promise<void>
  result.then(undefined, () => {})
  throw typeError(
    'event-promise',
    `${nameOf(callback)}.${event} returned a promise, but ${event} fires ${moment} and must be synchronous. ` +
      'Compute without await here, or move the asynchronous part to another event, such as before_fit or before_batch.',
  )
}
