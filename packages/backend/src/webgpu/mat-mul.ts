import {
  _FusedMatMul,
  BatchMatMul,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  Transpose,
  unregisterKernel,
} from '@tensorflow/tfjs-core'

/** From this many products a number on, WebGPU divides a sum among several groups of threads. */
const longSum = 2000

const mended = new WeakSet<KernelConfig>()

/**
 * Matrix products on webgpu as they should be. TensorFlow.js 4.22 gets long sums wrong where the right side is transposed and has a
 * multiple of four rows (its program for divided sums reads such a matrix in fours as if it were not): the gradient of a dense layer
 * of 2,000 units by its input, for instance. Here the right side is transposed first.
 */
export function mendMatMul(): void {
  for (const kernelName of [BatchMatMul, _FusedMatMul]) {
    const stock = getKernel(kernelName, 'webgpu')
    if (!stock || mended.has(stock)) continue
    const kernel = { ...stock, kernelFunc: mend(stock.kernelFunc) }
    unregisterKernel(kernelName, 'webgpu')
    registerKernel(kernel)
    mended.add(kernel)
  }
}

function mend(stock: KernelFunc): KernelFunc {
  return args => {
    const b = args.inputs['b']!
    const rank = b.shape.length
    if (!args.attrs!['transposeB'] || b.shape[rank - 1]! < longSum) return stock(args)
    const backend = args.backend as { disposeData(dataId: object): boolean }
    const perm = b.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis))
    const turned = getKernel(Transpose, 'webgpu')!.kernelFunc({ inputs: { x: b }, backend, attrs: { perm } }) as TensorInfo
    const product = stock({ inputs: { ...args.inputs, b: turned }, backend, attrs: { ...args.attrs, transposeB: false } })
    backend.disposeData(turned.dataId)
    return product
  }
}
