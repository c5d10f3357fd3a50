import { rangeError, typeError } from './errors.js'
import { show } from './show.js'

type Bounds = { above?: number; min?: number; max?: number; below?: number }

/** Returns `value` when it is a finite number within the bounds; otherwise says what was expected of `name`. */
export function checkNumber(name: string, value: unknown, { above, min, max, below }: Bounds = {}): number {
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (above === undefined || value > above) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (below === undefined || value < below)
  if (fits) return value
  const limits = [
    above !== undefined && `above ${above}`,
    min !== undefined && `at least ${min}`,
    max !== undefined && `at most ${max}`,
    below !== undefined && `below ${below}`,
  ].filter(Boolean)
  throw rangeError(
    'number-range',
    `${name} must be a number ${limits.join(' and ') || 'that is finite'}, but it is ${show(value)}.`,
  )
}

/** Returns `value` when it is a whole number from `min` to `max`. */
export function checkCount(name: string, value: unknown, min = 1, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  throw rangeError('not-a-count', `${name} must be a whole number ${range}, but it is ${show(value)}.`)
}

/** Returns `value` when it is one of `choices`. */
export function checkChoice<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T
  throw rangeError('unknown-choice', `${name} must be one of ${choices.map(show).join(', ')}, but it is ${show(value)}.`)
}

/**
 * The name of a file, as it is given.
 *
 * @throws TypeError for what names no file: an empty string, or a folder
 */
export function checkFileName(what: string, name: unknown): string {
  if (typeof name === 'string' && /[^\\/]$/.test(name)) return name
  throw typeError('file-name', `${what} is ${show(name)}, which names no file: give a path such as 'runs/best', or leave it out.`)
}
