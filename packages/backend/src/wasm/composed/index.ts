import type { TrainingKernel } from '../kernels.js'

/** The complete set: what the wasm backend lacks, and the stock kernels that a composition beats. */
export const composedKernels: readonly TrainingKernel[] = []
