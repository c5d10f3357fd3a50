import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { ResizeBilinearGrad, ResizeNearestNeighborGrad, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, numbersOf, stockKernel, trainingKernel } from '../kernels.js'
import { bilinear, nearest, type ResizeAttrs, type SourcesOf } from './resize-places.js'

type Inputs = { dy: TensorInfo; images: TensorInfo }

/**
 * Gradients of resized images. TensorFlow.js's kernels know nothing of `halfPixelCenters`, which moves every pixel, and the stock one for
 * nearest neighbours loses an axis of one pixel where corners are aligned.
 */
export function resizeBilinearGrad({ inputs, attrs, backend }: KernelArgs<Inputs, ResizeAttrs>): TensorInfo {
  if (!attrs.halfPixelCenters) return stockKernel(backend, ResizeBilinearGrad, inputs, attrs)
  return spread(backend, inputs, bilinear(attrs))
}

export function resizeNearestNeighborGrad({ inputs, attrs, backend }: KernelArgs<Inputs, ResizeAttrs>): TensorInfo {
  const { alignCorners, halfPixelCenters } = attrs
  if (!alignCorners && !halfPixelCenters) return stockKernel(backend, ResizeNearestNeighborGrad, inputs, attrs)
  return spread(backend, inputs, nearest(attrs))
}

/** Adds every pixel of `dy` to those it was made from. */
function spread(backend: BackendWasm, { dy, images }: Inputs, sources: SourcesOf): TensorInfo {
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
