import { backend_util, Einsum, Sum, type TensorInfo, Transpose, util } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel, view } from '../kernels.js'
import { batchMatMul } from './batch-mat-mul.js'

/** A tensor, and the axes of the whole equation that its own ones are. */
interface Factor {
  readonly x: TensorInfo
  readonly axes: number[]
}

/**
 * Sums of products in Einstein's notation, which the wasm backend lacks and `tf.image.rgbToGrayscale` is made by. Two tensors are a batch
 * of matrix products: axes that both have and the result keeps are its batch, those that it sums the inner axis, and those of one tensor
 * rows or columns.
 */
export function einsum({ inputs, attrs, backend }: KernelArgs<readonly TensorInfo[], { equation: string }>): TensorInfo {
  const tensors = Object.values(inputs)
  const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(attrs.equation, tensors.length)
  backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as Parameters<typeof backend_util.checkEinsumDimSizes>[2])
  const sizes = allDims.map((_, axis) => {
    const owner = idDims.findIndex(axes => axes.includes(axis))
    return tensors[owner]!.shape[idDims[owner]!.indexOf(axis)]!
  })
  const shape = (axes: number[]) => axes.map(axis => sizes[axis]!)
  const size = (axes: number[]) => util.sizeFromShape(shape(axes))
  const kept = allDims.map((_, axis) => axis).filter(axis => !summedDims.includes(axis))

  const made: TensorInfo[] = []
  const make = (tensor: TensorInfo) => {
    made.push(tensor)
    return tensor
  }
  /** Sums over the axes that no other tensor has and the result drops. */
  const reduced = (x: TensorInfo, i: number): Factor => {
    const axes = idDims[i]!
    const over = axes.filter(axis => summedDims.includes(axis) && idDims.every((others, j) => i === j || !others.includes(axis)))
    if (over.length === 0) return { x, axes }
    const axis = over.map(dropped => axes.indexOf(dropped))
    return {
      x: make(stockKernel(backend, Sum, { x }, { axis, keepDims: false })),
      axes: axes.filter(left => !over.includes(left)),
    }
  }
  const arranged = ({ x, axes }: Factor, order: number[]) =>
    make(stockKernel(backend, Transpose, { x }, { perm: order.map(axis => axes.indexOf(axis)) }))

  const [left, right] = tensors.map(reduced) as [Factor, Factor?]
  if (!right) arranged(left, kept)
  else {
    const shared = left.axes.filter(axis => right.axes.includes(axis))
    const batch = shared.filter(axis => kept.includes(axis))
    const inner = shared.filter(axis => !kept.includes(axis))
    const rows = left.axes.filter(axis => !shared.includes(axis))
    const columns = right.axes.filter(axis => !shared.includes(axis))
    const a = view(arranged(left, [...batch, ...rows, ...inner]), [size(batch), size(rows), size(inner)])
    const b = view(arranged(right, [...batch, ...inner, ...columns]), [size(batch), size(inner), size(columns)])
    const product = make(batchMatMul({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend }))
    const axes = [...batch, ...rows, ...columns]
    arranged({ x: view(product, shape(axes)), axes }, kept)
  }
  const result = made.pop()!
  for (const { dataId } of made) backend.disposeData(dataId)
  return result
}

export const einsumKernel = trainingKernel(Einsum, 'composed', einsum)
