import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { ResizeBilinearGrad, ResizeNearestNeighbor, ResizeNearestNeighborGrad, type TensorInfo } from '@tensorflow/tfjs-core'
import { resizeBilinearGrad, resizeNearestNeighborGrad } from '../composed/resize-grad.js'
import { bilinear, nearest, type ResizeAttrs, type SourcesOf } from '../composed/resize-places.js'
import type { KernelArgs } from '../kernels.js'
import { divideImages } from './images.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'

/** Enlarging and shrinking, and the gradients of both. TensorFlow.js's own bilinear one is as fast as ours would be. */

type Shape4 = readonly [images: number, height: number, width: number, channels: number]

/** Lays the sources of an axis down, in memory of a tensor's kind. The caller disposes it. */
function layDown(backend: BackendWasm, sources: SourcesOf, size: number, resized: number): TensorInfo {
  const table = backend.makeOutput([resized, 4], 'int32')
  const places = backend.typedArrayFromHeap(table) as Int32Array
  const shares = new Float32Array(places.buffer, places.byteOffset, places.length)
  for (let i = 0; i < resized; i++) {
    const [first, second] = sources(i, size, resized)
    places[4 * i] = first![0]
    places[4 * i + 1] = second?.[0] ?? -1
    shares[4 * i + 2] = first![1]
    shares[4 * i + 3] = second?.[1] ?? 0
  }
  return table
}

/** Runs a kernel with the tables of both axes, for the images that each thread has. */
function withTables(
  machine: Machine,
  backend: BackendWasm,
  sources: SourcesOf,
  [images, height, width, channels]: Shape4,
  [newHeight, newWidth]: readonly [number, number],
  run: (parts: ReturnType<typeof divideImages>, rows: number, columns: number) => void,
): void {
  const tables = [layDown(backend, sources, height, newHeight), layDown(backend, sources, width, newWidth)] as const
  const parts = divideImages(machine, [images, height, width, channels, newHeight, newWidth, channels], 4)
  run(parts, machine.address(tables[0]), machine.address(tables[1]))
  for (const { dataId } of tables) backend.disposeData(dataId)
}

type ForwardArgs = KernelArgs<{ images: TensorInfo }, ResizeAttrs & { size: [number, number] }>

function resizeNearest(machine: Machine, { inputs: { images }, attrs, backend }: ForwardArgs): TensorInfo | undefined {
  if (images.dtype !== 'float32' || images.shape.includes(0)) return undefined
  const shape = images.shape as unknown as Shape4
  const out = backend.makeOutput([shape[0], ...attrs.size, shape[3]], 'float32')
  withTables(machine, backend, nearest(attrs), shape, attrs.size, (parts, rows, columns) => {
    const [from, to] = [machine.address(images), machine.address(out)]
    machine.parallel(parts.map(({ shape, input, output }) => ['resizeNearest', shape, from + input, rows, columns, to + output]))
  })
  return out
}

type GradientArgs = KernelArgs<{ dy: TensorInfo; images: TensorInfo }, ResizeAttrs>

function gradient(sourcesOf: (attrs: ResizeAttrs) => SourcesOf) {
  return (machine: Machine, { inputs: { dy, images }, attrs, backend }: GradientArgs): TensorInfo | undefined => {
    if (dy.dtype !== 'float32' || images.shape.includes(0)) return undefined
    const shape = images.shape as unknown as Shape4
    const dx = backend.makeOutput(images.shape, 'float32')
    withTables(machine, backend, sourcesOf(attrs), shape, [dy.shape[1]!, dy.shape[2]!], (parts, rows, columns) => {
      const [above, to] = [machine.address(dy), machine.address(dx)]
      const lines = machine.regions(...parts.map(() => 4 * shape[2] * shape[3]))
      machine.parallel(
        parts.map(({ index, shape, input, output }) => {
          return ['resizeGradient', shape, above + output, rows, columns, to + input, lines[index]!]
        }),
      )
    })
    return dx
  }
}

export const resizeKernels = [
  compiledKernel(ResizeNearestNeighbor, resizeNearest),
  compiledKernel(ResizeNearestNeighborGrad, gradient(nearest), resizeNearestNeighborGrad),
  compiledKernel(ResizeBilinearGrad, gradient(bilinear), resizeBilinearGrad),
]
