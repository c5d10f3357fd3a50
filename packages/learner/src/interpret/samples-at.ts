import type { BatchStream } from '@onecycle/data'
import { disposeOf, inOrder } from '@onecycle/data/internal'
import { gather, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core'

/** Numbers of one sample of one input. */
export interface InputValues {
  readonly shape: readonly number[]
  readonly values: Float32Array | Int32Array
}

/**
 * The inputs of some samples of a stream, in the order in which they are asked for: one list for each sample, of its inputs. The stream is read
 * once, in the order of its data set, up to the last of them, and stays where it was.
 *
 * @param indices places in the stream
 */
export async function samplesAt(dl: BatchStream, indices: readonly number[]): Promise<InputValues[][]> {
  const found = new Map<number, InputValues[]>()
  const last = Math.max(...indices)
  await inOrder(dl, async stream => {
    let start = 0
    for await (const batch of stream as AsyncIterable<never>) {
      const { xs, size } = batch
      try {
        const wanted = [...new Set(indices)].filter(index => index >= start && index < start + size)
        const rows = wanted.map(index => index - start)
        if (wanted.length > 0) {
          const inputs = await Promise.all(([xs].flat() as Tensor[]).map(input => rowsOf(input, rows)))
          for (const [i, index] of wanted.entries()) found.set(index, inputs.map(rows => rows[i]!)) // biome-ignore format: short
        }
      } finally {
        disposeOf(batch)
      }
      start += size
      if (start > last) break
    }
  })
  return indices.map(index => found.get(index)!)
}

async function rowsOf(input: Tensor, rows: readonly number[]): Promise<InputValues[]> {
  const picked = tidy(() => gather(input, tensor1d([...rows], 'int32')))
  try {
    const all = (await picked.data()) as Float32Array | Int32Array
    const shape = input.shape.slice(1)
    const size = all.length / rows.length
    return rows.map((_, i) => ({ shape, values: all.slice(i * size, (i + 1) * size) }))
  } finally {
    picked.dispose()
  }
}
