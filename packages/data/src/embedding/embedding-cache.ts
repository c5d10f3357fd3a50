import { joined, plainError, read, Sha256, writeWhole } from '@onecycle/platform'

/**
 * Vectors of items by what tells these apart, in one file: a line of JSON, and the numbers one vector after the other. Items are told by digests, since
 * texts are long.
 */
export class EmbeddingCache {
  static readonly name: string = 'EmbeddingCache'
  readonly #address: string
  readonly #vectors: Map<string, Float32Array>

  private constructor(address: string, vectors: Map<string, Float32Array>) {
    this.#address = address
    this.#vectors = vectors
  }

  /** @throws Error for a file that is none of these */
  static async open(address: string): Promise<EmbeddingCache> {
    const bytes = await read(address).catch(error => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    return new EmbeddingCache(address, bytes ? vectorsOf(bytes, address) : new Map())
  }

  get(key: string): Float32Array | undefined {
    return this.#vectors.get(digest(key))
  }

  set(key: string, vector: Float32Array): void {
    this.#vectors.set(digest(key), vector)
  }

  async write(): Promise<void> {
    const keys = [...this.#vectors.keys()]
    const [first] = this.#vectors.values()
    const header = new TextEncoder().encode(`${JSON.stringify({ embeddings: 1, size: first?.length ?? 0, keys })}\n`)
    const numbers = [...this.#vectors.values()].map(vector => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))
    await writeWhole(this.#address, joined([header, ...numbers]))
  }
}

function vectorsOf(bytes: Uint8Array, address: string): Map<string, Float32Array> {
  const end = bytes.indexOf(10) + 1
  const wrong = (why: string) =>
    plainError(
      'cache-file',
      `${address} is no file of embeddings that was written here: ${why}. Remove it, or name another as cache.`,
    )
  let header: { size: number; keys: string[]; embeddings: number }
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)))
  } catch {
    throw wrong('it does not begin with a line of JSON')
  }
  const { size, keys, embeddings } = header
  if (embeddings !== 1 || !Array.isArray(keys)) throw wrong('its first line is of something else')
  if (bytes.length - end !== 4 * size * keys.length)
    throw wrong(`it has ${bytes.length - end} bytes for ${keys.length} vectors of ${size}`)
  const numbers = new Float32Array(new Uint8Array(bytes.subarray(end)).buffer)
  return new Map(keys.map((key, i) => [key, numbers.slice(i * size, (i + 1) * size)]))
}

function digest(key: string): string {
  return [...new Sha256().update(new TextEncoder().encode(key)).digest().subarray(0, 16)]
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('')
}
