import { backend_util, Max, Min, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'
import { divide, TOUCH } from './parts.js'

type Args = KernelArgs<{ x: TensorInfo }, { axis?: number | number[]; reductionIndices?: number | number[]; keepDims: boolean }>

/** The largest, or smallest, over adjacent axes; others are left to the stock kernel. */
function extreme(smallest: 0 | 1) {
  return (machine: Machine, { inputs: { x }, attrs, backend }: Args): TensorInfo | undefined => {
    if (x.dtype !== 'float32' || x.shape.includes(0)) return undefined
    const axes = util.parseAxisParam((attrs.axis ?? attrs.reductionIndices)!, x.shape).toSorted((a, b) => a - b)
    if (axes.some((axis, i) => i > 0 && axis !== axes[i - 1]! + 1)) return undefined
    const [outShape] = backend_util.computeOutAndReduceShapes(x.shape, axes)
    const shape = attrs.keepDims ? backend_util.expandShapeToKeepDim(outShape, axes) : outShape
    const [first, last] = [axes[0] ?? x.shape.length, axes.at(-1) ?? x.shape.length - 1]
    const outer = util.sizeFromShape(x.shape.slice(0, first))
    const middle = util.sizeFromShape(x.shape.slice(first, last + 1))
    const inner = util.sizeFromShape(x.shape.slice(last + 1))
    const out = backend.makeOutput(shape, 'float32')
    const [from, to] = [machine.address(x), machine.address(out)]
    machine.parallel(
      divide(machine.threads, outer, TOUCH * outer * middle * inner).map(part => {
        const start = from + 4 * part.first * middle * inner
        return ['largest', start, part.count, middle, inner, to + 4 * part.first * inner, smallest]
      }),
    )
    return out
  }
}

export const largestKernels = [compiledKernel(Max, extreme(0)), compiledKernel(Min, extreme(1))]
