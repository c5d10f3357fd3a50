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

/**
 * Softmax cross-entropy with its gradient. Inputs: logits [rows, classes], and target, int32 [rows] of classes or float32
 * [rows, classes]. Outputs: the mean loss, and its gradient by the logits.
 */
export const softmaxCrossEntropyName = 'SoftmaxCrossEntropy'
