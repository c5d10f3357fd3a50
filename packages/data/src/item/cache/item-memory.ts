/**
 * What was loaded of items, up to a limit of bytes. What came first stays: a pass visits each item once, in an order of its own, and of items that
 * do not all find room those that were used last are the ones whose turn is furthest away.
 */
export class ItemMemory {
  readonly #values = new Map<number, unknown>()
  #left: number

  constructor(bytes: number) {
    this.#left = bytes
  }

  get(index: number): unknown {
    return this.#values.get(index)
  }

  set(index: number, value: unknown): void {
    const bytes = sizeOf(value)
    if (bytes > this.#left || this.#values.has(index)) return
    this.#left -= bytes
    this.#values.set(index, value)
  }
}

/** About how many bytes it takes. */
function sizeOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength + 200
  if (typeof value === 'string') return 2 * value.length + 30
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce((sum: number, part) => sum + sizeOf(part), 60)
}
