import { type TensorInfo, UnsortedSegmentSum, util } from '@tensorflow/tfjs-core'
import { type KernelArgs, trainingKernel } from '../kernels.js'

type Inputs = { x: TensorInfo; segmentIds: TensorInfo }

/** Adds row `i` of `x` to row `segmentIds[i]` of the result; ids outside `[0, numSegments)` are left out. The gradient of gather. */
export function unsortedSegmentSum({ inputs, attrs, backend }: KernelArgs<Inputs, { numSegments: number }>): TensorInfo {
  const { x, segmentIds } = inputs
  const { numSegments } = attrs
  const rowShape = x.shape.slice(segmentIds.shape.length)
  const rowSize = util.sizeFromShape(rowShape)
  const out = backend.makeOutput([numSegments, ...rowShape], x.dtype)
  const [sums, rows, ids] = [out, x, segmentIds].map(tensor => backend.typedArrayFromHeap(tensor)) as [
    Float32Array,
    Float32Array,
    Int32Array,
  ]
  sums.fill(0)
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    if (id < 0 || id >= numSegments) continue
    for (let j = 0; j < rowSize; j++) sums[id * rowSize + j]! += rows[i * rowSize + j]!
  }
  return out
}

export const unsortedSegmentSumKernel = trainingKernel(UnsortedSegmentSum, 'composed', unsortedSegmentSum)
