type Numbers = Float64Array | Int32Array | Uint8Array

/** A typed array that grows as numbers come. */
export class Growing<Values extends Numbers> {
  #values: Values
  #length = 0

  /** @param empty of the type that it is to have */
  constructor(empty: Values) {
    this.#values = empty
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const more = new (this.#values.constructor as new (length: number) => Values)(Math.max(16, this.#length * 2))
      more.set(this.#values)
      this.#values = more
    }
    this.#values[this.#length++] = value
  }

  /** A copy of what has come so far, that keeps no more memory than it needs. */
  values(): Values {
    return this.#values.slice(0, this.#length) as Values
  }
}
