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

/** x times a scalar. Inputs: x and `factor`. */
export const scaleName = 'Scale'

/**
 * A layer's product or convolution with bias and ReLU; and from dy the gradients of its weights in one go: [dWeights, dBias] and,
 * where there was a ReLU, dy with its zeros put in, from which the input's gradient follows.
 */
export const layerKernelNames = {
  dense: 'DenseLayer',
  denseGradient: 'DenseLayerGradient',
  conv2D: 'Conv2DLayer',
  conv2DGradient: 'Conv2DLayerGradient',
} as const

/** What undoes a sum: dy, times `factor`, over every element that was summed. Attributes: `shape` of these, `axes`, `factor`. */
export const spreadName = 'Spread'
