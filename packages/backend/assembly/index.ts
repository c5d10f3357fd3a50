export {
  erf,
  exp,
  inverseRoot,
  leakyRelu,
  relu,
  relu6,
  selu,
  sigmoidWeighted,
  sign,
  softplus,
  squareRoot,
  tanh,
} from './activation'
export {
  eluGradient,
  erfGradient,
  leakyReluGradient,
  relu6Gradient,
  reluGradient,
  seluGradient,
  sigmoidGradient,
  sigmoidWeightedGradient,
  softplusGradient,
  tanhGradient,
} from './activation-gradient'
export { attention, attentionScratchBytes } from './attention'
export { attentionGradient, attentionGradientBytes } from './attention-gradient'
export {
  channelGradients,
  gradientTotals,
  joinGradientTotals,
  joinMoments,
  moments,
  momentTotals,
  moveTowards,
  normalize,
  normalizeGradient,
} from './batch-norm'
export { compare, extreme, join, select } from './compare'
export { gather, gatherScratchBytes, packedBytes, packFilter } from './conv2d'
export { filterGradient, filterGradientScratchBytes } from './conv2d-gradient'
export { inputFilterBytes, inputGradient, inputGradientScratchBytes, packInputFilter, turnFilter } from './conv2d-input-gradient'
export { depthwise, depthwiseScratchBytes } from './depthwise'
export {
  depthwiseFilterGradient,
  depthwiseGradientBytes,
  depthwiseInputGradient,
  depthwiseInputScratchBytes,
} from './depthwise-gradient'
export { dropout } from './dropout'
export { addRow, scale, scaleBy, squareGradient } from './elementwise'
export { embed } from './embeddings'
export { gatherRows } from './gather-rows'
export { gelu, geluGradient } from './gelu'
export { gemm, gemmScratchBytes } from './gemm'
export { largest } from './largest'
export { layerNorm, layerNormGradient, layerNormScratchBytes } from './layer-norm'
export { softmaxCrossEntropy } from './loss'
export { setMemory } from './memory'
export { adaptiveStep, sgdStep } from './optimizer'
export { packPanels } from './pack'
export { averagePool, maxPool } from './pool'
export { averagePoolGradient, maxPoolGradient } from './pool-gradient'
export { recurrent, recurrentScratchBytes } from './recurrent'
export { recurrentGradient, recurrentGradientScratchBytes } from './recurrent-gradient'
export { sum, sumScratchBytes } from './reduce'
export { resizeGradient, resizeNearest } from './resize'
export { mostInSegment, segmentSum } from './segment-sum'
export { stridedCopy } from './strided-copy'
export { winograd, winogradFilter, winogradFilterBytes, winogradScratchBytes } from './winograd'
export { winogradFilterGradient, winogradGradientScratchBytes } from './winograd-gradient'
