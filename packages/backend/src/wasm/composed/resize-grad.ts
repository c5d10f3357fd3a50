import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { ResizeBilinearGrad, ResizeNearestNeighborGrad, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, numbersOf, stockKernel, trainingKernel } from '../kernels.js'

type Inputs = { dy: TensorInfo; images: TensorInfo }
type Attrs = { alignCorners: boolean; halfPixelCenters: boolean }

/** The places along an axis that one place of the result was made from, and their shares in it. */
type Sources = [place: number, share: number][]

/**
 * Gradients of resized images. TensorFlow.js's kernels know nothing of `halfPixelCenters`, which moves every pixel, and the stock one for
 * nearest neighbours loses an axis of one pixel where corners are aligned. Places are rounded to float32, as the forward pass does.
 */
export function resizeBilinearGrad({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  if (!attrs.halfPixelCenters) return stockKernel(backend, ResizeBilinearGrad, inputs, attrs)
  return spread(backend, inputs, (i, size, resized) => {
    const scale = Math.fround(size / resized)
    const at = Math.min(Math.max(0, Math.fround((i + 0.5) * scale - 0.5)), size - 1)
    const before = Math.floor(at)
    return [
      [before, 1 - at + before],
      [Math.ceil(at), at - before],
    ]
  })
}

export function resizeNearestNeighborGrad({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  const { alignCorners, halfPixelCenters } = attrs
  if (!alignCorners && !halfPixelCenters) return stockKernel(backend, ResizeNearestNeighborGrad, inputs, attrs)
  return spread(backend, inputs, (i, size, resized) => {
    const aligned = alignCorners && resized > 1
    const scale = Math.fround(aligned ? (size - 1) / (resized - 1) : size / resized)
    const at = Math.fround((halfPixelCenters ? i + 0.5 : i) * scale)
    return [[Math.min(alignCorners ? Math.round(at) : Math.floor(at), size - 1), 1]]
  })
}

/** Adds every pixel of `dy` to those it was made from. */
function spread(
  backend: BackendWasm,
  { dy, images }: Inputs,
  sources: (place: number, size: number, resized: number) => Sources,
): TensorInfo {
  const [count, height, width, channels] = images.shape as [number, number, number, number]
  const along = (size: number, resized: number) => Array.from({ length: resized }, (_, i) => sources(i, size, resized))
  const [rows, columns] = [along(height, dy.shape[1]!), along(width, dy.shape[2]!)]
  const dx = backend.makeOutput(images.shape, 'float32')
  const [target, grads] = numbersOf(backend, dx, dy)
  target.fill(0)
  let from = 0
  for (let n = 0; n < count; n++) {
    for (const row of rows) {
      for (const column of columns) {
        for (const [y, vertical] of row) {
          for (const [x, horizontal] of column) {
            const to = ((n * height + y) * width + x) * channels
            for (let c = 0; c < channels; c++) target[to + c]! += vertical * horizontal * grads[from + c]!
          }
        }
        from += channels
      }
    }
  }
  return dx
}

export const resizeGradKernels = [
  trainingKernel(ResizeBilinearGrad, 'composed', resizeBilinearGrad),
  trainingKernel(ResizeNearestNeighborGrad, 'composed', resizeNearestNeighborGrad),
]
