import { Random } from '@onecycle/platform'

/** Numbers that are kept, where there are more: a random sample. */
const most = 2 ** 20

/** Numbers that come part by part, of which a median is found. */
export class NumberSample {
  #values = new Float64Array(0)
  #length = 0
  #seen = 0
  readonly #random = new Random(0).fork('median')

  /** NaN is not counted. */
  add(values: ArrayLike<number>): void {
    const needed = Math.min(most, this.#length + values.length)
    if (needed > this.#values.length) {
      const more = new Float64Array(Math.min(most, Math.max(needed, this.#length * 2)))
      more.set(this.#values)
      this.#values = more
    }
    const own = this.#values
    let [length, seen] = [this.#length, this.#seen]
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (Number.isNaN(value)) continue
      seen++
      if (length < most) own[length++] = value
      else {
        const place = Math.floor(this.#random.uniform(0, seen))
        if (place < most) own[place] = value
      }
    }
    this.#length = length
    this.#seen = seen
  }

  /** The middle one, or the mean of the two in the middle; of a random sample of 2^20, where there are more. */
  median(): number {
    const values = this.#values.slice(0, this.#length)
    const upper = this.#length >> 1
    place(values, upper)
    if (this.#length % 2 === 1) return values[upper]!
    let lower = Number.NEGATIVE_INFINITY
    for (let i = 0; i < upper; i++) lower = Math.max(lower, values[i]!)
    return (lower + values[upper]!) / 2
  }
}

/** Moves numbers until the one at `k` is where it would be in order, with none larger before it and none smaller behind (Hoare 1961). */
function place(values: Float64Array, k: number): void {
  for (let left = 0, right = values.length - 1; left < right; ) {
    const pivot = values[(left + right) >> 1]!
    let [i, j] = [left, right]
    while (i <= j) {
      while (values[i]! < pivot) i++
      while (values[j]! > pivot) j--
      if (i <= j) {
        const kept = values[i]!
        values[i++] = values[j]!
        values[j--] = kept
      }
    }
    if (k <= j) right = j
    else if (k >= i) left = i
    else return
  }
}
