import type { TrainingKernel } from '../kernels.js'
import { avgPool3DGradKernel } from './avg-pool-3d-grad.js'
import { avgPoolGradKernel } from './avg-pool-grad.js'
import { batchMatMulKernel } from './batch-mat-mul.js'
import { clipByValueKernel } from './clip-by-value.js'
import { conv2DBackpropFilterKernel } from './conv2d-backprop-filter.js'
import { conv2DBackpropInputKernel } from './conv2d-backprop-input.js'
import { conv3DBackpropFilterV2Kernel } from './conv3d-backprop-filter-v2.js'
import { conv3DBackpropInputV2Kernel } from './conv3d-backprop-input-v2.js'
import { depthwiseConv2dNativeBackpropFilterKernel } from './depthwise-conv2d-native-backprop-filter.js'
import { depthwiseConv2dNativeBackpropInputKernel } from './depthwise-conv2d-native-backprop-input.js'
import { dilation2DKernels } from './dilation-2d.js'
import { einsumKernel } from './einsum.js'
import { equalKernel } from './equal.js'
import { castKernel, identityKernel } from './identity.js'
import { indexedKernels } from './indexed.js'
import { maxPool3DKernel } from './max-pool-3d.js'
import { maxPool3DGradKernel } from './max-pool-3d-grad.js'
import { maxPoolGradKernel } from './max-pool-grad.js'
import { oneHotKernel } from './one-hot.js'
import { preluKernel } from './prelu.js'
import { resizeGradKernels } from './resize-grad.js'
import { selectKernel } from './select.js'
import { sliceKernel } from './slice.js'
import { tileKernel } from './tile.js'
import { unsortedSegmentSumKernel } from './unsorted-segment-sum.js'

/** The complete set: what the wasm backend lacks, and the stock kernels that a composition beats. */
export const composedKernels: readonly TrainingKernel[] = [
  conv2DBackpropFilterKernel,
  depthwiseConv2dNativeBackpropFilterKernel,
  depthwiseConv2dNativeBackpropInputKernel,
  unsortedSegmentSumKernel,
  einsumKernel,
  conv2DBackpropInputKernel,
  conv3DBackpropFilterV2Kernel,
  conv3DBackpropInputV2Kernel,
  maxPoolGradKernel,
  avgPoolGradKernel,
  maxPool3DKernel,
  maxPool3DGradKernel,
  avgPool3DGradKernel,
  ...dilation2DKernels,
  oneHotKernel,
  selectKernel,
  clipByValueKernel,
  preluKernel,
  ...resizeGradKernels,
  batchMatMulKernel,
  identityKernel,
  castKernel,
  sliceKernel,
  tileKernel,
  equalKernel,
  ...indexedKernels,
]
