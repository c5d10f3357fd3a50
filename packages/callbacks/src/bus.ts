import type { Callback } from './callback.js'
import { checkCallback, nameOf } from './check-callback.js'
import { batchEvents, type EventName, events, synchronousEvents } from './events.js'
import type { TrainingState } from './training-state.js'

/**
 * Delivers events to callbacks, in ascending `order`. Who listens to what is worked out when a callback is added or
 * removed, so an event without listeners costs one array look-up.
 */
export class Bus<State extends TrainingState = TrainingState> {
  #callbacks: Callback<State>[] = []
  #listeners = new Map<EventName, Callback<State>[]>()

  constructor(callbacks: Iterable<Callback<State>> = []) {
    this.add(...callbacks)
  }

  /** The callbacks in the order in which they run. */
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
        throw new TypeError(`${nameOf(callback)} has been added already, and would hear each event twice. Pass it once.`)
      all.push(callback)
    }
    this.#replace(all)
  }

  /** Removes callbacks; one that is not there is ignored. */
  remove(...callbacks: Callback<State>[]): void {
    this.#replace(this.#callbacks.filter(callback => !callbacks.includes(callback)))
  }

  /**
   * Delivers one event. Returns a promise only when a handler is asynchronous, so that the common, synchronous case
   * costs no turn of the event loop. What a handler throws is thrown here, and hides the event from later callbacks.
   */
  fire(event: EventName, state: State): void | Promise<void> {
    const listeners = this.#listeners.get(event)!
    for (let i = 0; i < listeners.length; i++) {
      const pending = deliver(event, listeners[i]!, state)
      if (pending) return fireRest(event, listeners.slice(i + 1), state, pending)
    }
  }

  /**
   * Delivers one event to every listener even when some of them throw, and then throws the first error: the end of a
   * fit, where each callback must get its chance to clean up.
   */
  async fireToAll(event: EventName, state: State): Promise<void> {
    const errors: unknown[] = []
    for (const callback of this.#listeners.get(event)!) {
      try {
        await deliver(event, callback, state)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  #replace(callbacks: Callback<State>[]): void {
    this.#callbacks = callbacks.sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    for (const event of events)
      this.#listeners.set(
        event,
        callbacks.filter(callback => callback[event]),
      )
  }
}

async function fireRest<State extends TrainingState>(
  event: EventName,
  listeners: Callback<State>[],
  state: State,
  pending: Promise<void>,
): Promise<void> {
  await pending
  for (const callback of listeners) await deliver(event, callback, state)
}

function deliver<State extends TrainingState>(event: EventName, callback: Callback<State>, state: State): void | Promise<void> {
  if (callback.run === false) return
  if (batchEvents.has(event) && (state.training ? callback.run_train : callback.run_valid) === false) return
  const result: unknown = callback[event]!(state)
  if (!isPromise(result)) return
  const moment = synchronousEvents.get(event)
  if (moment === undefined) return result
  result.then(undefined, () => {})
  throw new TypeError(
    `${nameOf(callback)}.${event} returned a promise, but ${event} fires ${moment} and must be synchronous. ` +
      'Compute without await here, or move the asynchronous part to another event, such as before_fit or before_batch.',
  )
}

/** Handlers written as `learn => expression` return all sorts of things. */
function isPromise(value: unknown): value is Promise<void> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
