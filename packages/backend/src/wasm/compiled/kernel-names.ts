/** Kernels of our own, that TensorFlow.js does not know: whole gradients that it would compose of several kernels. */

/** Of an activation, or of a square. Inputs: dy and `saved`, the activation's output or the square's input. */
export const gradientKernelNames = {
  relu: 'ReluGradient',
  sigmoid: 'SigmoidGradient',
  tanh: 'TanhGradient',
  square: 'SquareGradient',
} as const

/** Normalization by the batch's own statistics, its gradients, and the gradients with given statistics. */
export const batchNormKernelNames = {
  training: 'BatchNormTraining',
  trainingGradient: 'BatchNormTrainingGradient',
  gradient: 'FusedBatchNormGradient',
} as const
