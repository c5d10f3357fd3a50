import { plainError } from '@onecycle/platform'
import { type Bytes, chunksOf } from './bytes.js'

export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b
}

/**
 * What gzip compressed, piece by piece, so that a small file that grows to a large one takes no memory.
 *
 * @throws Error for what is damaged, and after `most` bytes
 */
export async function* inflate(bytes: Bytes, most: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const compressed = chunksOf(bytes)
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async controller => {
      const { value, done } = await compressed.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader()
  let length = 0
  try {
    for (;;) {
      const { value, done } = await reader.read().catch(cause => {
        throw plainError(
          'gzip',
          `${bytes.name} starts as a gzip file, but cannot be decompressed; it may be truncated. Fetch it again.`,
          {
            cause,
          },
        )
      })
      if (done) return
      length += value.length
      if (length > most)
        throw plainError(
          'file-too-large',
          `${bytes.name} has ${bytes.size} bytes, which decompress to more than ${most}: if that is right, allow it with maxBytes.`,
        )
      yield value as Uint8Array<ArrayBuffer>
    }
  } finally {
    await reader.cancel().catch(() => {}) // there is nobody left to tell
  }
}
