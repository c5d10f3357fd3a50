import type { Address } from './functions.js'
import type { Machine } from './machine.js'
import { divide, type Part } from './parts.js'

/** Some images of a batch, for one thread. */
export interface Images extends Part {
  /** Where the geometry of just these lies, for a kernel to read. */
  readonly shape: Address
  /** Bytes from the first image of the batch to the first of these, in the kernel's input and in its output. */
  readonly input: number
  readonly output: number
}

/**
 * Divides a batch of images among the threads.
 *
 * @param geometry of all of them, in the order of `assembly/shape.ts`
 * @param work floating-point operations for each number of the output
 */
export function divideImages(machine: Machine, geometry: readonly number[], work: number): Images[] {
  const [images, height, width, channels, outHeight, outWidth, outChannels] = geometry as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [imageBytes, outBytes] = [4 * height * width * channels, 4 * outHeight * outWidth * outChannels]
  const parts = divide(machine.threads, images, images * outHeight * outWidth * outChannels * work)
  return parts.map(({ index, first, count }) => {
    const own = count === images ? geometry : [count, ...geometry.slice(1)]
    return { index, first, count, shape: machine.integers(own, index), input: first * imageBytes, output: first * outBytes }
  })
}
