/** Kernels of our own, that TensorFlow.js does not know: whole gradients and layers that it would compose of several kernels. */

/** Of an activation, or of a square. Inputs: dy and `saved`, the function's input or output, whichever its gradient needs. */
export const gradientKernelNames = {
  relu: 'ReluGradient',
  relu6: 'Relu6Gradient',
  leakyRelu: 'LeakyReluGradient',
  elu: 'EluGradient',
  selu: 'SeluGradient',
  softplus: 'SoftplusGradient',
  sigmoid: 'SigmoidGradient',
  tanh: 'TanhGradient',
  erf: 'ErfGradient',
  square: 'SquareGradient',
  gelu: 'GeluGradient',
  sigmoidWeighted: 'SigmoidWeightedGradient',
} as const

/**
 * Activations that TensorFlow.js composes. Input: x. `gelu` is x times the standard normal distribution up to x; `sigmoidWeighted`
 * is x times sigmoid(slope x + cube x^3), with both as attributes: swish, and GELU by the formula with tanh.
 */
export const activationKernelNames = {
  gelu: 'Gelu',
  sigmoidWeighted: 'SigmoidWeighted',
} as const

/**
 * Normalization by the batch's own statistics, its gradients, and the gradients with given statistics; and the step of a running
 * `average` towards a `value`, by the part `share` of the way; or of both, `movingMean` and `movingVariance`, towards `mean` and `variance`, which are
 * its outputs in this order.
 */
export const batchNormKernelNames = {
  training: 'BatchNormTraining',
  trainingGradient: 'BatchNormTrainingGradient',
  gradient: 'FusedBatchNormGradient',
  movingAverage: 'MovingAverage',
  movingAverages: 'MovingAverages',
} as const

/**
 * Normalization of each row, which is the last axis. Inputs: x, gamma, beta. Outputs: y, and the rows' statistics, which the gradient
 * is given with dy, x and gamma; its outputs are the gradients by x, gamma and beta.
 */
export const layerNormKernelNames = {
  forward: 'LayerNorm',
  gradient: 'LayerNormGradient',
} as const

/**
 * All steps of a recurrent layer, and the way back through them. Inputs: x [samples, steps, features], the layer's weights, and where there
 * are some its first states, a mask [samples, steps] of 0 and 1, and factors of inputs and of states. See `recurrent.ts`.
 */
export const recurrentKernelNames = {
  forward: 'Recurrent',
  gradient: 'RecurrentGradient',
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

/** Dropout as `tf.dropout` has it. Input: x; attributes: `rate`, and `seed`. Outputs: y, and by what x was multiplied. */
export const dropoutName = 'Dropout'

/**
 * Look-ups side by side. Inputs, as a list: codes, int32 [rows, columns], and a table for each column. The gradient is given dy and codes,
 * and `tables`, their shapes, as an attribute; its outputs are those of the tables.
 */
export const embeddingsKernelNames = {
  forward: 'Embeddings',
  gradient: 'EmbeddingsGradient',
} as const

/**
 * Scaled dot-product attention. Inputs, in a list: q [batch, queries, heads x size], k [batch, keys, heads x size], v [batch, keys, heads x values] and,
 * where there is one, a mask, bool [batch or 1, queries or 1, keys]. Attributes: `heads`, `causal`, and of dropout `rate`, `bound` and `seed`. Outputs: y and
 * the statistics of its rows, which the gradient is given with dy before the inputs; its outputs are the gradients by q, k and v.
 */
export const attentionKernelNames = {
  forward: 'ScaledDotProductAttention',
  gradient: 'ScaledDotProductAttentionGradient',
} as const
