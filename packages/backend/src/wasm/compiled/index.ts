import type { TrainingKernel } from '../kernels.js'
import { conv2DKernels } from './conv2d.js'
import { matMulKernels } from './mat-mul.js'

export { type CompiledVariant, compiledFailure, compiledVariant } from './module.js'

/** The kernels written in AssemblyScript. Where one does not serve a case, its composed or stock counterpart does. */
export const compiledKernels: readonly TrainingKernel[] = [...matMulKernels, ...conv2DKernels]
