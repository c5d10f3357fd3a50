import { awaitHint, isPromise, kind, show, typeError } from '@onecycle/platform'
import type { Callback } from './callback.js'
import { type EventName, events } from './events.js'

/** The name a message uses for a callback. */
export function nameOf(callback: Callback<never>): string {
  return callback.name ?? (callback.constructor === Object ? 'callback' : callback.constructor.name)
}

const camelCase = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

/** What fastai 1 and Keras call the moments that have an event here. */
const fastai1: [string, EventName][] = [
  ['on_train_begin', 'before_fit'],
  ['on_epoch_begin', 'before_epoch'],
  ['on_batch_begin', 'before_batch'],
  ['on_loss_begin', 'after_pred'],
  ['on_backward_begin', 'before_backward'],
  ['on_backward_end', 'after_backward'],
  ['on_step_end', 'after_step'],
  ['on_batch_end', 'after_batch'],
  ['on_epoch_end', 'after_epoch'],
  ['on_train_end', 'after_fit'],
]

/** Names that somebody may have meant an event by. */
const meant = new Map<string, EventName>([
  ...events.map((event): [string, EventName] => [camelCase(event), event]),
  ...fastai1,
  ...fastai1.map(([name, event]): [string, EventName] => [camelCase(name), event]),
])

/** Refuses what would be added and never heard: no object, a class, misnamed methods, no methods at all. */
export function checkCallback(callback: Callback<never>): void {
  checkObject(callback)
  if (!Number.isFinite(callback.order ?? 0))
    throw typeError('callback-member', `${nameOf(callback)}.order is ${callback.order}; expected a finite number, such as 0.`)
  if (!kind.listOf(kind.string).fits(callback.sets ?? []))
    throw typeError(
      'callback-member',
      `${nameOf(callback)}.sets is ${show(callback.sets)}; expected a list of hyper-parameters, such as ['lr'].`,
    )
  for (const gate of ['run', 'run_train', 'run_valid'] as const)
    if (typeof (callback[gate] ?? true) !== 'boolean')
      throw typeError('callback-member', `${nameOf(callback)}.${gate} is ${show(callback[gate])}; expected true or false.`)
  const hears = (event: EventName) => callback[event] !== undefined
  for (const key of methodNames(callback)) {
    const event = meant.get(key)
    if (event && !hears(event))
      throw typeError('not-an-event', `${nameOf(callback)} has a method ${key}, which is not an event: call it ${event}.`)
    if (/^(before|after)_/.test(key) && !(events as readonly string[]).includes(key))
      throw typeError(
        'not-an-event',
        `${nameOf(callback)} has a method ${key}, which is not an event. The events are: ${events.join(', ')}.`,
      )
  }
  if (callback.state && !callback.restore)
    throw typeError(
      'callback-member',
      `${nameOf(callback)} has a method state() without restore(state), which is to go on from what that gave.`,
    )
  for (const event of events.filter(hears))
    if (typeof callback[event] !== 'function')
      throw typeError(
        'callback-member',
        `${nameOf(callback)}.${event} is ${String(callback[event])}; expected a function of the Learner.`,
      )
  if (!events.some(hears))
    throw typeError(
      'callback-deaf',
      `${nameOf(callback)} hears no event: give it a method named after one of ${events.join(', ')}.`,
    )
}

function checkObject(callback: unknown): void {
  if (typeof callback === 'function')
    throw typeError(
      'callback-class',
      `The callback ${callback.name} is a class or a function; expected an object. Pass new ${callback.name}(...).`,
    )
  if (typeof callback !== 'object' || callback === null || isPromise(callback))
    throw typeError(
      'not-a-callback',
      `A callback is ${show(callback)}; expected an object with methods named after events, such as { after_epoch(learn) { ... } }.` +
        awaitHint(callback),
    )
}

function methodNames(callback: object): string[] {
  const names: string[] = []
  for (let level = callback; level && level !== Object.prototype; level = Object.getPrototypeOf(level))
    names.push(...Object.getOwnPropertyNames(level))
  return names
}
