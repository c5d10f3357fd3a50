/** Shape of an input or output, batch axis included; null for a size that may vary. */
export type Shape = readonly (number | null)[]

/** Whether tensors of these sizes fit where that shape is expected. */
export function fitsShape(expected: Shape, given: Shape): boolean {
  return expected.length === given.length && expected.every((size, i) => size === null || given[i] === null || size === given[i])
}

/** How a message writes a shape: `[batch, 28, 28, 1]`. */
export function showShape(shape: Shape): string {
  return `[${shape.map((size, axis) => size ?? (axis === 0 ? 'batch' : '?')).join(', ')}]`
}
