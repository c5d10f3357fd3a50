import { backend_util, Mean, Sum, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import type { Address } from './functions.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'
import { divide, sumOfParts, TOUCH } from './parts.js'

type Args = KernelArgs<{ x: TensorInfo }, { axis: number | number[]; keepDims: boolean }>

/**
 * Sums over any axes: the last run of adjacent ones first, which leaves a tensor with fewer, until none is left. Usually there is
 * only one run: the batch and both sides of an image.
 */
function reduce(machine: Machine, { inputs, attrs, backend }: Args, mean: boolean): TensorInfo | undefined {
  const { x } = inputs
  if (x.dtype !== 'float32') return undefined
  const axes = util.parseAxisParam(attrs.axis, x.shape)
  const [outShape, reducedShape] = backend_util.computeOutAndReduceShapes(x.shape, axes)
  const count = util.sizeFromShape(reducedShape)

  let sizes = [...x.shape]
  const reduced = x.shape.map((_, axis) => axes.includes(axis))
  let source = x
  for (;;) {
    let end = sizes.length
    while (end > 0 && !isReduced(reduced, sizes, end - 1)) end--
    let begin = end
    while (begin > 0 && (isReduced(reduced, sizes, begin - 1) || sizes[begin - 1] === 1)) begin--
    const outer = util.sizeFromShape(sizes.slice(0, begin))
    const middle = util.sizeFromShape(sizes.slice(begin, end))
    const inner = util.sizeFromShape(sizes.slice(end))
    sizes = [...sizes.slice(0, begin), ...sizes.slice(end)]
    reduced.splice(begin, end - begin)
    const last = !sizes.some((_, axis) => isReduced(reduced, sizes, axis))
    const out = backend.makeOutput(last ? outShape : sizes, 'float32')
    const scale = mean && last ? 1 / count : 1
    sum(machine, machine.address(source), outer, middle, inner, machine.address(out), scale)
    if (source !== x) backend.disposeData(source.dataId)
    source = out
    if (last) break
  }
  if (!attrs.keepDims) return source
  return { ...source, shape: backend_util.expandShapeToKeepDim(outShape, axes) }
}

/** out[outer, inner] = scale * the sums of source[outer, middle, inner], divided among the threads. */
export function sum(
  machine: Machine,
  source: Address,
  outer: number,
  middle: number,
  inner: number,
  out: Address,
  scale = 1,
): void {
  const work = TOUCH * outer * middle * inner
  const scratchBytes = () => machine.run.sumScratchBytes(inner)
  if (outer === 1) {
    const rows = divide(machine.threads, middle, work, 128)
    sumOfParts(machine, rows, out, inner, scratchBytes, ({ first, count }, target, scratch) => {
      return ['sum', source + 4 * first * inner, 1, count, inner, target, scale, scratch]
    })
    return
  }
  const parts = divide(machine.threads, outer, work)
  const scratch = machine.regions(...parts.map(scratchBytes))
  machine.parallel(
    parts.map(({ index, first, count }) => {
      const [from, to] = [source + 4 * first * middle * inner, out + 4 * first * inner]
      return ['sum', from, count, middle, inner, to, scale, scratch[index]!]
    }),
  )
}

/** Axes of size 1 need no summing, and so do not separate runs. */
function isReduced(reduced: readonly boolean[], sizes: readonly number[], axis: number): boolean {
  return reduced[axis]! && sizes[axis] !== 1
}

export const reduceKernels = [
  compiledKernel(Sum, (machine, args: Args) => reduce(machine, args, false)),
  compiledKernel(Mean, (machine, args: Args) => reduce(machine, args, true)),
]
