import { createHash } from 'node:crypto'

/** SHA-256 of bytes that come piece by piece. */
export class Sha256 {
  static readonly name: string = 'Sha256'
  readonly #hash = createHash('sha256')

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes)
    return this
  }

  /** Of all that came, 32 bytes; nothing can come after it. */
  digest(): Uint8Array {
    return this.#hash.digest()
  }
}
