import { type TensorInfo, Tile, util } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel } from '../kernels.js'

/**
 * Repeats a tensor along its axes. Every block is written once and then copied, where the stock kernel computes each element's
 * place anew: it takes 12 of 31 ms in a step of a small network with batch norm, whose gradient tiles its statistics.
 */
export function tile({ inputs, attrs, backend }: KernelArgs<{ x: TensorInfo }, { reps: number[] }>): TensorInfo {
  const { x } = inputs
  const { reps } = attrs
  if (x.dtype === 'string') return stockKernel(backend, Tile, { x }, attrs)
  const shape = x.shape.map((size, axis) => size * reps[axis]!)
  const out = backend.makeOutput(shape, x.dtype)
  const [target, source] = [backend.typedArrayFromHeap(out), backend.typedArrayFromHeap(x)]
  const steps = [...util.computeStrides(shape), 1]
  const sourceSteps = [...util.computeStrides(x.shape), 1]

  const write = (axis: number, from: number, to: number): void => {
    if (reps.slice(axis).every(count => count === 1)) {
      const size = util.sizeFromShape(x.shape.slice(axis))
      target.set(source.subarray(from, from + size), to)
      return
    }
    for (let i = 0; i < x.shape[axis]!; i++) write(axis + 1, from + i * sourceSteps[axis]!, to + i * steps[axis]!)
    const block = x.shape[axis]! * steps[axis]!
    for (let i = 1; i < reps[axis]!; i++) target.copyWithin(to + i * block, to, to + block)
  }
  write(0, 0, 0)
  return out
}

export const tileKernel = trainingKernel(Tile, 'composed', tile)
