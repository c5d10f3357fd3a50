/** Throws a RangeError unless the value is a whole number from `least` to `most`. */
export function requireWhole(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
  const upTo = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  throw new RangeError(`${name} is ${show(value)}; expected a whole number ${upTo}.`)
}

/** Throws a RangeError unless the shape is a list of positive whole numbers (possibly none). */
export function requireShape(name: string, shape: unknown): void {
  if (Array.isArray(shape) && shape.every(side => Number.isInteger(side) && side > 0)) return
  throw new RangeError(`${name} is ${show(shape)}; expected a list of positive whole numbers, without the batch axis.`)
}

/** How a message writes a value: short, and strings in quotes. */
export function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || value === undefined) return String(value)
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`
  const text = typeof value === 'function' ? `function ${value.name}` : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** Product of the sides: the number of values in one item of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, side) => size * side, 1)
}
