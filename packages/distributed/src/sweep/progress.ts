import { formatNumber } from '@onecycle/plot/internal'
import { type SweepSettings, varied } from './settings.js'
import type { TrialResult } from './trial-files.js'

/** What is said of a trial that has ended: `3/20  trial 7: valid_loss 0.12, done after 5 epochs, 3.2 s  (lr 0.01, width 32)`. */
export function lineOf(result: TrialResult, { metric, space }: SweepSettings, count: number, of?: number): string {
  const { trial, value, state, epochs, begun, ended, params, error } = result
  const figure = `${metric} ${value === null ? '-' : formatNumber(value, 4)}`
  const how =
    state === 'failed'
      ? `failed: ${error}`
      : `${figure}, ${state}${epochs > 0 ? ` after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}` : ''}`
  const values = varied(space).map(name => `${name} ${shownValue(params[name])}`)
  return `${of === undefined ? count : `${count}/${of}`}  trial ${trial}: ${how}, ${((ended - begun) / 1000).toFixed(1)} s${values.length > 0 ? `  (${values.join(', ')})` : ''}`
}

/** A value of a hyper-parameter, short. */
export function shownValue(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value, 4)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
