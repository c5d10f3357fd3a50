import type { EndReason } from '@onecycle/callbacks'
import type { EpochRow } from '../history.js'
import type { BatchesDone, EpochDone, FitBegins, FitEnds, FitGoesOn } from '../run/run-event.js'
import { Curve, type CurveState } from './curve.js'

/** Most rows of the table of epochs that are kept, and most curves of what was noted. */
const mostRows = 500
const mostCurves = 256

/** Seconds of training that a speed is of at least: of one batch alone it says nothing. */
const speedOver = 0.25

/** Names of curves of which there are several begin so. */
export const named = { metric: 'metric/', group: 'lr/', hyper: 'hyper/', note: 'note/' } as const

/** A {@link StoryFit} as plain data. */
export interface StoryFitState {
  readonly begins: FitBegins
  readonly batches: number
  readonly epochs: number
  readonly rows: readonly EpochRow[]
  readonly ends: readonly number[]
  readonly curves: Readonly<Record<string, CurveState>>
  readonly seconds: number
  readonly changed: number
  readonly end?: { readonly reason: EndReason; readonly error?: string | undefined } | undefined
}

/** What there is to show of one fit, in bounded room however long it is. */
export class StoryFit {
  readonly begins: FitBegins
  /** Training batches so far. */
  batches = 0
  /** Epochs that are over, and the rows of the last of them. */
  epochs = 0
  rows: EpochRow[] = []
  /** Batches before the end of each of these. */
  ends: number[] = []
  readonly curves = new Map<string, Curve>()
  end: StoryFitState['end']
  /** That it took, pauses between processes left out. */
  seconds = 0
  #unsaid = { samples: 0, seconds: 0 }
  /** When something was last heard of it, in milliseconds since 1970. */
  changed: number

  constructor(begins: FitBegins) {
    this.begins = begins
    this.changed = begins.time
  }

  static from(state: StoryFitState): StoryFit {
    const { begins, batches, epochs, rows, ends, curves, seconds, changed, end } = state
    const fit = new StoryFit(begins)
    Object.assign(fit, { batches, epochs, rows: [...rows], ends: [...ends], seconds, changed, end })
    for (const [name, curve] of Object.entries(curves)) fit.curves.set(name, Curve.from(curve))
    return fit
  }

  state(): StoryFitState {
    const { begins, batches, epochs, rows, ends, seconds, changed, end } = this
    const curves = Object.fromEntries([...this.curves].map(([name, curve]) => [name, curve.state()]))
    return { begins, batches, epochs, rows, ends, curves, seconds, changed, end }
  }

  takeBatches(event: BatchesDone): void {
    this.#pass(event.time)
    const { first, losses, smooth_losses, lrs, moms, lr_groups, hps = {}, samples, seconds, memory } = event
    this.#addAll('loss', first, losses)
    this.#addAll('smooth_loss', first, smooth_losses)
    if (lr_groups?.length)
      for (const group of lr_groups[0]!.keys()) {
        const rates = lr_groups.map(rates => rates[group]!)
        this.#addAll(`${named.group}${group}`, first + losses.length - rates.length, rates)
      }
    this.#addAll('lr', first, lrs)
    this.#addAll('mom', first, moms)
    for (const [name, values] of Object.entries(hps))
      this.#addAll(`${named.hyper}${name}`, first + losses.length - values.length, values)
    this.batches = first + losses.length
    this.#unsaid = { samples: this.#unsaid.samples + (samples ?? 0), seconds: this.#unsaid.seconds + (seconds ?? 0) }
    if (this.#unsaid.seconds >= speedOver) this.#addSpeed()
    if (memory) this.#add('memory', this.batches, memory / 1e6)
  }

  takeEpoch({ row, batches, time }: EpochDone): void {
    this.#pass(time)
    this.epochs++
    this.rows = [...this.rows, row].slice(-mostRows)
    this.ends = [...this.ends, batches].slice(-mostRows)
    if (row.valid_loss !== null) this.#add('valid_loss', batches, row.valid_loss)
    for (const name of this.begins.metricNames) {
      const value = row[name] ?? null
      if (value !== null) this.#add(`${named.metric}${name}`, this.epochs, value)
    }
  }

  /** What lies beyond the place from which it goes on is void. */
  goOn({ batches, epochs, position, time }: FitGoesOn): void {
    this.changed = time
    this.end = undefined
    const gone = Math.max(0, this.epochs - epochs)
    this.epochs = Math.min(this.epochs, epochs)
    this.rows = this.rows.slice(0, Math.max(0, this.rows.length - gone))
    this.ends = this.ends.slice(0, this.rows.length)
    this.batches = Math.min(this.batches, batches)
    for (const [name, curve] of this.curves)
      curve.cut(name.startsWith(named.note) ? position : name.startsWith(named.metric) ? epochs : batches)
  }

  takeEnd({ reason, error, time }: FitEnds): void {
    if (!this.curves.has('speed')) this.#addSpeed()
    this.#pass(time)
    this.end = { reason, error }
  }

  note(name: string, batch: number, value: number): void {
    if (this.curves.size < mostCurves || this.curves.has(`${named.note}${name}`)) this.#add(`${named.note}${name}`, batch, value)
  }

  #addSpeed(): void {
    const { samples, seconds } = this.#unsaid
    if (samples > 0 && seconds > 0) this.#add('speed', this.batches, samples / seconds)
    this.#unsaid = { samples: 0, seconds: 0 }
  }

  #pass(time: number): void {
    this.seconds += Math.max(0, time - this.changed) / 1000
    this.changed = Math.max(this.changed, time)
  }

  #addAll(name: string, first: number, values: readonly (number | null)[]): void {
    for (const [i, value] of values.entries()) this.#add(name, first + i + 1, value ?? Number.NaN)
  }

  #add(name: string, x: number, y: number): void {
    const curve = this.curves.get(name) ?? new Curve()
    this.curves.set(name, curve)
    curve.add(x, y)
  }
}
