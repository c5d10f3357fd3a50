export { batchNormGradient, batchNormScratchBytes, moments, normalize } from './batch-norm'
export { filterGradient, filterGradientScratchBytes, gather, gatherScratchBytes, packFilter, turnFilter } from './conv2d'
export { depthwiseFilterGradient, depthwiseInputGradient, depthwiseScratchBytes } from './depthwise'
export { addRow, relu, reluGradient, scale, sigmoidGradient, squareGradient, tanhGradient } from './elementwise'
export { gemm, gemmScratchBytes } from './gemm'
export { softmaxCrossEntropy } from './loss'
export { setTile } from './micro'
export { adamStep, sgdStep } from './optimizer'
export { averagePoolGradient, maxPoolGradient } from './pool'
export { sum, sumScratchBytes } from './reduce'
export { segmentSum } from './segment-sum'
export { stridedCopy } from './strided-copy'
export {
  winograd,
  winogradFilter,
  winogradFilterBytes,
  winogradFilterGradient,
  winogradGradientBytes,
  winogradScratchBytes,
} from './winograd'
