import { rangeError, show } from '@onecycle/platform'

const fractions = new Set(['mom', 'sqr_mom'])

/** What is wrong with the value of a hyper-parameter, to follow its name; undefined when it is one that an optimizer takes. */
export function hyperFault(name: string, value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a finite number'
  if (value < 0) return 'must be at least 0'
  if (fractions.has(name) && value >= 1) return 'must be below 1'
  return undefined
}

/** Throws RangeError when a hyper-parameter's value is out of range: `mom` and `sqr_mom` lie in [0, 1), all others are at least 0. */
export function checkHyper(name: string, value: unknown): void {
  const fault = hyperFault(name, value)
  if (fault) throw rangeError('hyper-value', `${name} ${fault}, got ${show(value)}.`)
}
