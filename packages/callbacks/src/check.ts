import { nearestName } from './nearest-name.js'

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
  throw new RangeError(`${name} must be a number ${limits.join(' and ') || 'that is finite'}, but it is ${show(value)}.`)
}

/** Returns `value` when it is a whole number of at least `min`. */
export function checkCount(name: string, value: unknown, min = 1): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value
  throw new RangeError(`${name} must be a whole number of at least ${min}, but it is ${show(value)}.`)
}

/** Returns `value` when it is one of `choices`. */
export function checkChoice<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T
  throw new RangeError(`${name} must be one of ${choices.map(show).join(', ')}, but it is ${show(value)}.`)
}

/**
 * Refuses options that `owner` does not have: a misspelt option would otherwise be ignored without a word.
 *
 * @throws TypeError that names the option, the one that was probably meant, and all that there are
 * @example
 * checkKeys('EveryEpoch', options, ['patience', 'log'])
 */
export function checkKeys(owner: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const nearest = nearestName(key, known)
    const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`
    throw new TypeError(`${owner} has no option ${key}.${hint} Its options are: ${known.join(', ')}.`)
  }
}

/** A momentum, or list of momenta, of a cycle: each at least 0 and below 1; one number stands for all. */
export function checkMoms(name: string, moms: number | readonly number[], count: number): number[] {
  const list = typeof moms === 'number' ? Array<number>(count).fill(moms) : [...moms]
  if (list.length !== count) throw new RangeError(`${name} must be ${count} momenta or one number, but it is ${show(moms)}.`)
  return list.map((mom, i) => checkNumber(`${name}[${i}]`, mom, { min: 0, below: 1 }))
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
