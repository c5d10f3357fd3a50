/** The first 32 bits of the fractions of the square roots of the first 8 primes, and of the cube roots of the first 64. */
const primes = firstPrimes(64)
const start = Int32Array.from(primes.slice(0, 8), prime => fraction(prime ** (1 / 2)))
const constants = Int32Array.from(primes, prime => fraction(prime ** (1 / 3)))

const block = 64

/**
 * SHA-256 of bytes that come piece by piece, which a browser's own cannot do, and a page that came over plain http does not have.
 *
 * Source: FIPS 180-4
 */
export class Sha256 {
  static readonly name: string = 'Sha256'
  readonly #state = start.slice()
  readonly #words = new Int32Array(block)
  /** What has come of a block that is not full. */
  readonly #rest = new Uint8Array(block)
  #length = 0

  update(bytes: Uint8Array): this {
    const held = this.#length % block
    this.#length += bytes.length
    let at = 0
    if (held > 0) {
      at = Math.min(bytes.length, block - held)
      this.#rest.set(bytes.subarray(0, at), held)
      if (held + at < block) return this
      this.#mix(this.#rest, 0)
    }
    for (; at + block <= bytes.length; at += block) this.#mix(bytes, at)
    this.#rest.set(bytes.subarray(at))
    return this
  }

  /** Of all that came, 32 bytes; nothing can come after it. */
  digest(): Uint8Array {
    const bits = BigInt(this.#length) * 8n
    // A bit that is set, and zeros up to the 8 bytes that say the length.
    const padding = new Uint8Array(((2 * block - 9 - (this.#length % block)) % block) + 9)
    padding[0] = 0x80
    new DataView(padding.buffer).setBigUint64(padding.length - 8, bits)
    this.update(padding)
    const digest = new DataView(new ArrayBuffer(32))
    for (const [i, word] of this.#state.entries()) digest.setUint32(4 * i, word)
    return new Uint8Array(digest.buffer)
  }

  #mix(bytes: Uint8Array, at: number): void {
    const words = this.#words
    for (let i = 0; i < 16; i++) {
      const from = at + 4 * i
      words[i] = (bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!
    }
    for (let i = 16; i < block; i++) {
      const x = words[i - 15]!
      const y = words[i - 2]!
      const first = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)
      const second = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10)
      words[i] = (words[i - 16]! + first + words[i - 7]! + second) | 0
    }
    const state = this.#state
    let a = state[0]!
    let b = state[1]!
    let c = state[2]!
    let d = state[3]!
    let e = state[4]!
    let f = state[5]!
    let g = state[6]!
    let h = state[7]!
    for (let i = 0; i < block; i++) {
      const choice = (e & f) ^ (~e & g)
      const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + constants[i]! + words[i]!) | 0
      const majority = (a & b) ^ (a & c) ^ (b & c)
      const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority) | 0
      h = g
      g = f
      f = e
      e = (d + one) | 0
      d = c
      c = b
      b = a
      a = (one + two) | 0
    }
    state[0]! += a
    state[1]! += b
    state[2]! += c
    state[3]! += d
    state[4]! += e
    state[5]! += f
    state[6]! += g
    state[7]! += h
  }
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

function fraction(root: number): number {
  return ((root % 1) * 2 ** 32) | 0
}

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every(prime => n % prime !== 0)) found.push(n)
  return found
}
