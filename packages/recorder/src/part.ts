import { type Kinds, kind, show, typeError } from '@onecycle/platform'
import { emptyHistory, type History, type LrFindRecord } from './history.js'

/** How far a recorder has been told. */
export interface Place {
  /** Which of its fits, counted from 0. */
  readonly fit: number
  readonly batches: number
  readonly epochs: number
  /** Whether it is known why the fit ended. */
  readonly ended: boolean
  /** Hyper-parameters that have arrays by then. */
  readonly hps: readonly string[]
  /** Searches for the learning rate so far. */
  readonly searches: number
}

/** What a recorder recorded between two places, as plain data that survives JSON and `postMessage`. */
export interface RecorderPart {
  readonly from: Place
  readonly to: Place
  /** Of the fit at `to`: what is new. */
  readonly history: History
  /** The last search for the learning rate, where it is new. */
  readonly lrFind?: LrFindRecord | undefined
}

export const placeKinds: Kinds<Place> = {
  ...{ fit: kind.number, batches: kind.number, epochs: kind.number, searches: kind.number },
  ...{ ended: kind.boolean, hps: kind.listOf(kind.string) },
}

export const start: Place = { fit: 0, batches: 0, epochs: 0, ended: false, hps: [], searches: 0 }

export function placeOf(history: History, fit: number, searches: number): Place {
  return {
    fit,
    batches: history.losses.length,
    epochs: history.epochs.length,
    ended: history.reason !== undefined,
    hps: Object.keys(history.hps ?? {}),
    searches,
  }
}

/** Of the arrays of a history, those over batches and those over epochs. */
const overBatches = ['lrs', 'moms', 'losses', 'smooth_losses', 'lr_groups'] as const
const overEpochs = ['val_losses', 'nb_batches', 'epochs'] as const

/** What the history has beyond a place of the same fit. */
export function beyond(history: History, { batches, epochs, hps }: Place): History {
  const part: History = { ...history, metrics: mapped(history.metrics, values => values.slice(epochs)) }
  for (const name of overBatches) if (history[name]) Object.assign(part, { [name]: history[name].slice(batches) })
  for (const name of overEpochs) Object.assign(part, { [name]: history[name].slice(epochs) })
  if (history.hps) part.hps = mapped(history.hps, (values, name) => (hps.includes(name) ? values.slice(batches) : values))
  return structuredClone(part)
}

/** Adds to a history what follows it. JSON has no NaN: a loss that is null was one. */
export function grow(history: History, part: History): void {
  for (const name of overBatches) if (part[name]) push(history, name, part[name])
  for (const name of overEpochs) push(history, name, part[name])
  for (const name of part.metricNames) push(history.metrics, name, part.metrics[name] ?? [])
  if (part.hps) history.hps ??= {}
  for (const [name, values] of Object.entries(part.hps ?? {})) push(history.hps!, name, values)
  for (const losses of [history.losses, history.smooth_losses])
    for (let i = losses.length - part.losses.length; i < losses.length; i++) losses[i] ??= Number.NaN
  if (part.reason) history.reason = part.reason
}

/** A history of its own with the same content. */
export function copyOf(history: History): History {
  if (!isHistory(history))
    throw typeError(
      'wrong-argument',
      `Recorder.from takes a history, such as learn.recorder.history, or a training, but got ${show(history)}.`,
    )
  const copy = emptyHistory(history.metricNames)
  grow(copy, structuredClone(history))
  return copy
}

export function isHistory(value: unknown): value is History {
  const history = value as History | null | undefined
  return [...overEpochs, 'losses', 'smooth_losses', 'lrs', 'moms', 'metricNames'].every(name =>
    kind.list.fits(history?.[name as 'losses']),
  )
}

/** One by one: an argument list has a limit. */
function push<Name extends string>(to: { [K in Name]?: unknown[] }, name: Name, more: readonly unknown[]): void {
  const values = to[name] ?? []
  to[name] = values
  for (const value of more) values.push(value)
}

function mapped<V, W>(values: Record<string, V>, map: (value: V, name: string) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]))
}
