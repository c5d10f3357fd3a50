import { backend_util, GatherV2, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'
import { serves } from './strided-copy.js'

type Args = KernelArgs<{ x: TensorInfo; indices: TensorInfo }, { axis: number; batchDims: number }>

/** Only the shapes are looked at, but the declarations ask for tensors. */
type Looked = Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>[0]

/** Looks slices up along one axis. An index that does not exist is left to the stock kernel, which says so. */
function gather(machine: Machine, { inputs: { x, indices }, attrs, backend }: Args): TensorInfo | undefined {
  if (!serves(x) || indices.dtype !== 'int32') return undefined
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0]!
  const size = x.shape[axis]!
  const ids = backend.typedArrayFromHeap(indices)
  if (!ids.every(id => id >= 0 && id < size)) return undefined
  const { collectGatherOpShapeInfo } = backend_util.segment_util
  const g = collectGatherOpShapeInfo(x as Looked, indices as Looked, axis, attrs.batchDims)
  const count = util.sizeFromShape(indices.shape) / Math.max(g.batchSize, 1)
  const out = backend.makeOutput(g.outputShape, x.dtype)
  const [source, places, target] = [machine.address(x), machine.address(indices), machine.address(out)]
  machine.run.gatherRows(source, places, g.batchSize, g.outerSize, g.dimSize, count, g.sliceSize, target)
  return out
}

export const gatherKernels = [compiledKernel(GatherV2, gather)]
