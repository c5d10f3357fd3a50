/** Lists of whole numbers of any lengths, one after the other. */
export class Ragged {
  readonly #numbers: Int32Array
  /** Where each list begins, and where the last one ends. */
  readonly #starts: Int32Array

  constructor(lists: readonly ArrayLike<number>[]) {
    this.#starts = new Int32Array(lists.length + 1)
    for (const [i, list] of lists.entries()) this.#starts[i + 1] = this.#starts[i]! + list.length
    this.#numbers = new Int32Array(this.#starts.at(-1)!)
    for (const [i, list] of lists.entries()) this.#numbers.set(list, this.#starts[i]!)
  }

  /** Lists. */
  get length(): number {
    return this.#starts.length - 1
  }

  /** Numbers of all of them together. */
  get size(): number {
    return this.#numbers.length
  }

  /** The numbers of a list: no copy. */
  at(i: number): Int32Array {
    return this.#numbers.subarray(this.#starts[i], this.#starts[i + 1])
  }

  /** How long each list is. */
  get lengths(): Int32Array {
    return this.#starts.subarray(1).map((end, i) => end - this.#starts[i]!)
  }
}
