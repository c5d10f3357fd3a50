import type { BatchStream } from './batch.js'

/**
 * Does something with all samples of a stream, in the order of its data set where it has one. Where the stream itself stands, and what
 * decides its order, stay as they are: measuring moves nothing.
 */
export async function inOrder<T>(stream: BatchStream, pass: (stream: BatchStream) => Promise<T>): Promise<T> {
  if (stream.inOrder) return pass(stream.inOrder())
  const before = stream.state()
  try {
    return await pass(stream)
  } finally {
    stream.restore(before)
  }
}
