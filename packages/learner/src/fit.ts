import {
  type Callback,
  type Fit07Options,
  fit07,
  type OneCycleOptions,
  one_cycle,
  oneCycleKeep,
  ParamScheduler,
  type Rates,
} from '@onecycle/callbacks'
import type { Learner } from './learner.js'

/** What every way to train takes. */
export interface TrainOptions {
  /** Heard in this fit only. */
  callbacks?: readonly Callback<Learner>[]
  /** Weight decay from this fit on: one value, or one per layer group. */
  wd?: number | readonly number[]
  /** Aborting it ends the fit after the current batch, as Ctrl-C does. */
  signal?: AbortSignal
}

/** fastai 0.7's cycles: with `cycle_len`, `n` counts cycles instead of epochs. */
export type FitOptions = TrainOptions & Omit<Fit07Options, 'lrs' | 'n_cycle'>

export type OneCycleFitOptions = TrainOptions & Omit<OneCycleOptions, 'lr_max'>

const defaultRate = 3e-3

/**
 * Tells `fit(lr, n)` from fastai 1's `fit(epochs, lr)`.
 *
 * @throws RangeError when neither form fits.
 */
export function fitArguments(first: Rates, second: Rates | undefined): { n: number; lr: Rates } {
  if (isCount(second) && isRate(first)) return { n: second, lr: first }
  if (isCount(first) && (second === undefined || isRate(second))) return { n: first, lr: second ?? defaultRate }
  throw new RangeError(
    `fit(${show(first)}, ${show(second)}) is neither fit(lr, n), a positive learning rate and a positive whole number of epochs, ` +
      'nor fit(epochs, lr), the other way round. Examples: fit(1e-2, 3), fit(3, 1e-2).',
  )
}

/** How long a `fit` lasts and, where the options ask for cycles, what schedules it. */
export function fitPlan(
  lrs: readonly number[],
  n: number,
  options: FitOptions,
  batches: number,
): { epochs: number; callbacks: Callback[] } {
  const { callbacks: _callbacks, wd: _wd, signal: _signal, ...cycles } = options
  const { epochs, lr, mom } = fit07({ ...cycles, lrs, n_cycle: n }, batches)
  return { epochs, callbacks: cycles.cycle_len ? [new ParamScheduler(mom ? { lr, mom } : { lr }, { keep: 'next' })] : [] }
}

/** What schedules a 1cycle fit, with one peak rate per layer group. */
export function oneCycleScheduler(lr_max: readonly number[], options: OneCycleFitOptions): ParamScheduler {
  const { callbacks: _callbacks, wd: _wd, signal: _signal, ...cycle } = options
  const cycles = lr_max.map(peak => one_cycle({ ...cycle, lr_max: peak }))
  const keep = oneCycleKeep[cycle.form ?? 'fastai1']
  return new ParamScheduler({ lr: cycles.map(({ lr }) => lr), mom: cycles[0]!.mom }, { keep })
}

/** @throws RangeError when n is not a positive whole number. */
export function checkEpochs(n: number): void {
  if (!isCount(n)) throw new RangeError(`The number of epochs must be a positive whole number, but is ${show(n)}.`)
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0
}

function isRate(value: Rates | undefined): value is Rates {
  return typeof value === 'number' ? value > 0 && Number.isFinite(value) : typeof value === 'object'
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined')
}
