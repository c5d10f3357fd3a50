import type { Planned } from './strategy.js'

/** Which way a figure is better. */
export type Mode = 'min' | 'max'

/** Whether a rung lies at the end of an epoch, counted from 1. */
export function isRung({ gracePeriod, reductionFactor }: Extract<Planned, { name: 'asha' }>, epoch: number): boolean {
  let rung = gracePeriod
  while (rung < epoch) rung *= reductionFactor
  return rung === epoch
}

/**
 * Whether a trial goes on from a rung: it is among the best of those that have come to it so far, of which one in `reductionFactor` goes on, and the best
 * one always.
 *
 * @param others what the others had there
 */
export function goesOn(value: number, others: readonly number[], mode: Mode, reductionFactor: number): boolean {
  if (!Number.isFinite(value)) return false
  const room = Math.max(1, Math.floor((others.length + 1) / reductionFactor))
  return others.filter(other => isBetter(other, value, mode)).length < room
}

/** What is not finite is worse than all that is. */
export function isBetter(a: number | null, b: number | null, mode: Mode): boolean {
  if (a === null || !Number.isFinite(a)) return false
  if (b === null || !Number.isFinite(b)) return true
  return mode === 'min' ? a < b : a > b
}
