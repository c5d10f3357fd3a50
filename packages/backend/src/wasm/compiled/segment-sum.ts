import { type TensorInfo, UnsortedSegmentSum, util } from '@tensorflow/tfjs-core'
import { unsortedSegmentSum } from '../composed/unsorted-segment-sum.js'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'

/** Rows that can be added one after the other without the sum drifting by more than 1e-6. */
const FEW = 16

type Args = KernelArgs<{ x: TensorInfo; segmentIds: TensorInfo }, { numSegments: number }>

function segmentSum(machine: Machine, { inputs, attrs, backend }: Args): TensorInfo | undefined {
  const { x, segmentIds } = inputs
  const { numSegments } = attrs
  if (x.dtype !== 'float32' || segmentIds.dtype !== 'int32') return undefined
  const rowShape = x.shape.slice(segmentIds.shape.length)
  const out = backend.makeOutput([numSegments, ...rowShape], 'float32')
  const [rows, columns] = [util.sizeFromShape(segmentIds.shape), util.sizeFromShape(rowShape)]
  const { run } = machine
  const ids = machine.address(segmentIds)
  const drifts = run.mostInSegment(ids, rows, numSegments, machine.scratch(4 * numSegments)) > FEW
  const losses = drifts ? machine.scratch(4 * numSegments * columns) : 0
  run.segmentSum(machine.address(x), 4 * columns, ids, 4, rows, columns, numSegments, machine.address(out), losses)
  return out
}

export const segmentSumKernels = [compiledKernel(UnsortedSegmentSum, segmentSum, unsortedSegmentSum)]
