import type { TrainingKernel } from '../kernels.js'
import { attentionKernels } from './attention.js'
import { batchNormKernels } from './batch-norm.js'
import { compareKernels } from './compare.js'
import { concatKernels } from './concat.js'
import { conv2DKernels } from './conv2d.js'
import { depthwiseKernels } from './depthwise.js'
import { dropoutKernels } from './dropout.js'
import { elementwiseKernels } from './elementwise.js'
import { embeddingsKernels } from './embeddings.js'
import { gatherKernels } from './gather.js'
import { largestKernels } from './largest.js'
import { layerNormKernels } from './layer-norm.js'
import { lossKernels } from './loss.js'
import { matMulKernels } from './mat-mul.js'
import { poolKernels } from './pool.js'
import { recurrentKernels } from './recurrent.js'
import { reduceKernels } from './reduce.js'
import { resizeKernels } from './resize.js'
import { segmentSumKernels } from './segment-sum.js'
import { sliceKernels } from './slice.js'
import { transposeKernels } from './transpose.js'

export type { FusedStep } from '../../fused-step.js'
export { accelerateLayers } from './accelerate-layers.js'
export { type CompiledVariant, compiledFailure, compiledVariant, reasonForNarrow } from './module.js'
export { type FusedUpdate, fusedAdagrad, fusedAdam, fusedRmsprop, fusedSgd, fusedUpdates } from './optimizer.js'

/** The kernels written in AssemblyScript. Where one does not serve a case, its composed or stock counterpart does. */
export const compiledKernels: readonly TrainingKernel[] = [
  ...matMulKernels,
  ...conv2DKernels,
  ...elementwiseKernels,
  ...compareKernels,
  ...largestKernels,
  ...reduceKernels,
  ...sliceKernels,
  ...concatKernels,
  ...transposeKernels,
  ...gatherKernels,
  ...dropoutKernels,
  ...embeddingsKernels,
  ...poolKernels,
  ...resizeKernels,
  ...batchNormKernels,
  ...layerNormKernels,
  ...recurrentKernels,
  ...attentionKernels,
  ...depthwiseKernels,
  ...segmentSumKernels,
  ...lossKernels,
]
