import {
  _FusedMatMul,
  BatchMatMul,
  env,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core'

/** From so many numbers to a sum on, where there are few sums, WebGPU divides each among several groups of threads. */
const longSum = 2000
/** Few: at most so many tiles of 32 x 32 sums, those of several products counted together. */
const fewTiles = 32
/** Up to so many sums have a program of their own, which is right. */
const fewSums = 128

const programType = 'WEBGPU_MATMUL_PROGRAM_TYPE'
/** `MatMulProgramType.MatMulSmallOutputSizeProgram`: small tiles. */
const smallTiles = 2

const mended = new WeakSet<KernelConfig>()

/**
 * Matrix products on webgpu as they should be. TensorFlow.js 4.22's program for long sums adds parts up in whatever order they are ready,
 * so that the same numbers do not give the same bits, and reads a transposed right side with a multiple of four rows as if it were not
 * transposed: the gradient of a dense layer of 2,000 units by its input is noise. Here the program with small tiles takes its place.
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
    const { a, b } = args.inputs as unknown as Record<'a' | 'b', { shape: number[] }>
    const inner = a.shape.at(args.attrs!['transposeA'] ? -2 : -1)!
    const rows = util.sizeFromShape(a.shape) / inner
    const columns = util.sizeFromShape(b.shape) / inner
    const few = rows * columns > fewSums && Math.ceil(rows / 32) * Math.ceil(columns / 32) <= fewTiles
    const chosen = env().getNumber(programType)
    if (inner < longSum || !few || chosen >= 0) return stock(args)
    env().set(programType, smallTiles)
    try {
      return stock(args)
    } finally {
      env().set(programType, chosen)
    }
  }
}
