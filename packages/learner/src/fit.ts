import { type Callback, type OneCycleOptions, one_cycle, oneCycleKeep, ParamScheduler } from '@onecycle/callbacks'
import type { LearningRate } from './layer-rates.js'
import type { Learner } from './learner.js'

export interface FitOptions {
  /** Heard in this fit only. */
  callbacks?: readonly Callback<Learner>[]
  /** Weight decay from this fit on. */
  wd?: number
  /** Aborting it ends the fit after the current batch, as Ctrl-C does. */
  signal?: AbortSignal
}

export type OneCycleFitOptions = FitOptions & Omit<OneCycleOptions, 'lr_max'>

const defaultRate = 3e-3

/**
 * Tells `fit(lr, n)` from fastai 1's `fit(epochs, lr)`.
 *
 * @throws RangeError when neither form fits.
 */
export function fitArguments(first: LearningRate, second: LearningRate | undefined): { epochs: number; lr: LearningRate } {
  if (isEpochs(second) && isRate(first)) return { epochs: second, lr: first }
  if (isEpochs(first) && (second === undefined || isRate(second))) return { epochs: first, lr: second ?? defaultRate }
  throw new RangeError(
    `fit(${show(first)}, ${show(second)}) is neither fit(lr, n), a positive learning rate and a positive whole number of epochs, ` +
      'nor fit(epochs, lr), the other way round. Examples: fit(1e-2, 3), fit(3, 1e-2).',
  )
}

/** @throws RangeError when n is not a positive whole number. */
export function checkEpochs(n: number): void {
  if (!isEpochs(n)) throw new RangeError(`The number of epochs must be a positive whole number, but is ${show(n)}.`)
}

/** The callback that makes a fit a 1cycle fit, with one peak rate per layer group. */
export function oneCycleScheduler(lr_max: readonly number[], options: OneCycleFitOptions): ParamScheduler {
  const { callbacks: _callbacks, wd: _wd, signal: _signal, ...cycle } = options
  const cycles = lr_max.map(peak => one_cycle({ ...cycle, lr_max: peak }))
  const keep = oneCycleKeep[cycle.form ?? 'fastai1']
  return new ParamScheduler({ lr: cycles.map(({ lr }) => lr), mom: cycles[0]!.mom }, { keep })
}

function isEpochs(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0
}

function isRate(value: LearningRate | undefined): value is LearningRate {
  return typeof value === 'number' ? value > 0 && Number.isFinite(value) : typeof value === 'object'
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined')
}
