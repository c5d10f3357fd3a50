import { checkCount } from './check.js'
import { typeError } from './errors.js'
import { show } from './show.js'

/** Where a {@link Random} stands: four 32-bit words. JSON-serializable. */
export type RandomState = readonly [number, number, number, number]

/**
 * A small seeded generator of random numbers whose state can be saved and put back. Not for cryptography.
 *
 * Source: xoshiro128** (Blackman and Vigna 2018), its state filled by splitmix32. Period 2^128 - 1.
 *
 * @example
 * const random = new Random(42)
 * random.uniform()              // in [0, 1)
 * const state = random.state()
 * const order = random.permutation(5)
 * random.restore(state)
 * random.permutation(5)         // the same order again
 */
export class Random {
  static readonly name: string = 'Random'
  readonly #words = new Uint32Array(4)

  /**
   * @param seed a whole number from 0 to 2^32 - 1; equal seeds give equal sequences. Default 0.
   * @throws RangeError when the seed is not such a number.
   */
  constructor(seed = 0) {
    checkCount('seed', seed, 0, 2 ** 32 - 1)
    // The scrambling is one-to-one and the counters differ, so at most one word is zero: xoshiro needs one that is not.
    for (let i = 0; i < 4; i++) this.#words[i] = scramble(seed + Math.imul(i + 1, 0x9e3779b9))
  }

  /** A copy of the state, for {@link restore}. */
  state(): RandomState {
    const [a, b, c, d] = this.#words
    return [a!, b!, c!, d!]
  }

  /**
   * Goes back to a state that `state` returned.
   *
   * @throws TypeError when it is not four 32-bit words, or all of them are zero.
   */
  restore(state: RandomState): void {
    const valid = Array.isArray(state) && state.length === 4 && state.every(word => Number.isInteger(word) && word >>> 0 === word)
    if (!valid || state.every(word => word === 0)) {
      throw typeError('wrong-state', `${show(state)} is not the state of a Random: expected four 32-bit words, not all zero.`)
    }
    this.#words.set(state)
  }

  /**
   * A generator of its own for one purpose, so that drawing more numbers for one purpose does not change another.
   * Depends on the present state and the label; does not advance this generator.
   */
  fork(label: string): Random {
    if (typeof label !== 'string') throw typeError('wrong-argument', `fork takes the name of a purpose, but got ${show(label)}.`)
    const child = new Random()
    let hash = 0x811c9dc5 // FNV-1a
    for (const byte of new TextEncoder().encode(label)) hash = Math.imul(hash ^ byte, 0x01000193)
    child.#words.set(this.#words.map((word, i) => scramble(word ^ scramble(hash + i))))
    return child
  }

  /** The next 32 random bits, as a whole number in [0, 2^32). */
  bits(): number {
    const words = this.#words
    const b = words[1]!
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    words[2]! ^= words[0]!
    words[3]! ^= b
    words[1]! ^= words[2]!
    words[0]! ^= words[3]!
    words[2]! ^= b << 9
    words[3] = rotateLeft(words[3]!, 11)
    return result
  }

  /** A number in [low, high), by default [0, 1), with 53 random bits. */
  uniform(low = 0, high = 1): number {
    if (typeof low !== 'number' || typeof high !== 'number')
      throw typeError('wrong-argument', `uniform takes two numbers, but got ${show(low)} and ${show(high)}.`)
    const unit = ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53
    return low + (high - low) * unit
  }

  /**
   * A whole number in [0, n), each equally likely.
   *
   * @throws RangeError when n is not a whole number from 1 to 2^32.
   */
  int(n: number): number {
    checkCount('n', n, 1, 2 ** 32)
    const fair = 2 ** 32 - (2 ** 32 % n) // what lies above would favour small results
    let bits = this.bits()
    while (bits >= fair) bits = this.bits()
    return bits % n
  }

  /** A normally distributed number (Box and Muller 1958). */
  normal(mean = 0, std = 1): number {
    if (typeof mean !== 'number' || typeof std !== 'number')
      throw typeError('wrong-argument', `normal takes two numbers, but got ${show(mean)} and ${show(std)}.`)
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return mean + std * radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Shuffles in place, every order equally likely (Fisher and Yates), and returns its argument. */
  shuffle<List extends { readonly length: number; [index: number]: unknown }>(list: List): List {
    if (typeof list !== 'object' || list === null || typeof list.length !== 'number')
      throw typeError('wrong-argument', `shuffle takes a list, but got ${show(list)}.`)
    for (let last = list.length - 1; last > 0; last--) {
      const other = this.int(last + 1)
      const kept = list[last]
      list[last] = list[other]
      list[other] = kept
    }
    return list
  }

  /**
   * The numbers 0 to n - 1 in random order.
   *
   * @throws RangeError when n is not a whole number from 0 to 2^31.
   */
  permutation(n: number): Int32Array {
    checkCount('n', n, 0, 2 ** 31)
    return this.shuffle(new Int32Array(n).map((_, i) => i))
  }
}

function rotateLeft(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count))
}

/** splitmix32's finalizer: a one-to-one scrambling of 32 bits that leaves 0 alone. */
function scramble(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
  return (word ^ (word >>> 15)) >>> 0
}
