import { rangeError, show } from '@onecycle/platform'

/** Throws a RangeError unless the shape is a list of positive whole numbers (possibly none). */
export function requireShape(name: string, shape: unknown): void {
  if (Array.isArray(shape) && shape.every(side => Number.isInteger(side) && side > 0)) return
  throw rangeError('data-shape', `${name} is ${show(shape)}; expected a list of positive whole numbers, without the batch axis.`)
}

/** Product of the sides: the number of values in one item of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, side) => size * side, 1)
}
