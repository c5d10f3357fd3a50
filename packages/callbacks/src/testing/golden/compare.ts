/** One thing that an original recorded, and what this project makes of it. */
export interface Check {
  what: string
  expected: unknown
  actual: unknown
  /** Largest relative error of a number that was recorded with fewer digits. Default: that of the system. */
  tolerance?: number
}

/** How close a system's traces can be met, and what an error is relative to. */
export interface Precision {
  tolerance: number
  /** `value`: each number; `peak`: the largest number of its list, for systems that round positions. */
  relativeTo: 'value' | 'peak'
}

export interface Result {
  numbers: number
  /** Largest relative error among the numbers held to the system's precision. */
  error: number
  failures: string[]
}

/** Compares every number, text and truth value of a file's checks. */
export function compareAll(checks: readonly Check[], precision: Precision): Result {
  const result: Result = { numbers: 0, error: 0, failures: [] }
  for (const check of checks) {
    const { tolerance, relativeTo } = { ...precision, ...(check.tolerance !== undefined && { tolerance: check.tolerance }) }
    const expected = flatten(check.expected)
    const actual = flatten(check.actual)
    if (expected.length !== actual.length) {
      result.failures.push(`${check.what}: ${actual.length} values instead of ${expected.length}`)
      continue
    }
    const peak = Math.max(
      0,
      ...expected.filter(value => typeof value === 'number' && Number.isFinite(value)).map(value => Math.abs(value as number)),
    )
    expected.forEach((value, i) => {
      const error = errorOf(value, actual[i], relativeTo === 'peak' ? peak : undefined, peak)
      result.numbers++
      if (check.tolerance === undefined && Number.isFinite(error)) result.error = Math.max(result.error, error)
      if (!(error <= tolerance))
        result.failures.push(`${check.what}[${i}]: ${String(actual[i])} instead of ${String(value)} (${error})`)
    })
  }
  return result
}

function errorOf(expected: unknown, actual: unknown, scale: number | undefined, peak: number): number {
  if (Object.is(expected, actual)) return 0
  if (typeof expected !== 'number' || typeof actual !== 'number') return Number.POSITIVE_INFINITY
  if (expected === actual) return 0
  return Math.abs(actual - expected) / (scale ?? (Math.abs(expected) || peak || 1))
}

function flatten(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(flatten) : [value]
}
