import { type TensorInfo, UnsortedSegmentSum, util } from '@tensorflow/tfjs-core'
import { unsortedSegmentSum } from '../composed/unsorted-segment-sum.js'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'

type Args = KernelArgs<{ x: TensorInfo; segmentIds: TensorInfo }, { numSegments: number }>

function segmentSum(machine: Machine, { inputs, attrs, backend }: Args): TensorInfo | undefined {
  const { x, segmentIds } = inputs
  const { numSegments } = attrs
  if (x.dtype !== 'float32' || segmentIds.dtype !== 'int32') return undefined
  const rowShape = x.shape.slice(segmentIds.shape.length)
  const out = backend.makeOutput([numSegments, ...rowShape], 'float32')
  const [rows, columns] = [util.sizeFromShape(segmentIds.shape), util.sizeFromShape(rowShape)]
  machine.run.segmentSum(machine.address(x), machine.address(segmentIds), rows, columns, numSegments, machine.address(out))
  return out
}

export const segmentSumKernels = [compiledKernel(UnsortedSegmentSum, segmentSum, unsortedSegmentSum)]
