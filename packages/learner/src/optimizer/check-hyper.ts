const fractions = new Set(['mom', 'sqr_mom'])

/** Throws RangeError when a hyper-parameter's value is out of range. */
export function checkHyper(name: string, value: number): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new RangeError(`${name} must be a finite number, got ${String(value)}.`)
  if (value < 0) throw new RangeError(`${name} must be at least 0, got ${value}.`)
  if (fractions.has(name) && value >= 1) throw new RangeError(`${name} must be below 1, got ${value}.`)
}
