import { GatherV2, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'
import { serves } from './strided-copy.js'

type Args = KernelArgs<{ x: TensorInfo; indices: TensorInfo }, { axis: number; batchDims: number }>

/** Looks slices up along one axis. An index that does not exist is left to the stock kernel, which says so. */
function gather(machine: Machine, { inputs: { x, indices }, attrs, backend }: Args): TensorInfo | undefined {
  if (!serves(x) || indices.dtype !== 'int32' || attrs.batchDims > 0) return undefined
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0]!
  const size = x.shape[axis]!
  const ids = backend.typedArrayFromHeap(indices)
  if (!ids.every(id => id >= 0 && id < size)) return undefined
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)]
  const out = backend.makeOutput([...before, ...indices.shape, ...after], x.dtype)
  const [outer, columns] = [util.sizeFromShape(before), util.sizeFromShape(after)]
  const [source, places, target] = [machine.address(x), machine.address(indices), machine.address(out)]
  machine.run.gatherRows(source, places, outer, size, ids.length, columns, target)
  return out
}

export const gatherKernels = [compiledKernel(GatherV2, gather)]
