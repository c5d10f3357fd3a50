import * as tf from '@tensorflow/tfjs-core'

export interface FusedConv2DAttrs {
  strides: number
  /** Zeros on every side, or what TensorFlow calls by name. */
  pad: number | 'same' | 'valid'
  activation: 'relu' | 'linear'
}

/**
 * Convolution, bias and activation in one kernel, with a gradient. tfjs's own `fused.conv2d` falls back to three kernels, and three
 * more on the way back, when it is differentiated with an activation.
 *
 * @param x [batch, height, width, channels]
 * @param filter [height, width, channels, filters]
 * @param bias [filters]
 */
export function fusedConv2d(x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor | undefined, attrs: FusedConv2DAttrs): tf.Tensor {
  const { strides, pad, activation } = attrs
  const ours = tf.getKernel(wholeLayer, tf.getBackend()) && tf.engine().state.gradientDepth <= 1
  if (!ours && typeof pad === 'number' && tf.getBackend() === 'tensorflow') return byName(x, filter, bias, { ...attrs, pad })
  if (!ours) registerGradientOnce()
  return tf.engine().runKernel(
    ours ? wholeLayer : tf.FusedConv2D,
    { filter, ...(bias && { bias }), x },
    {
      strides: [strides, strides],
      pad,
      dataFormat: 'NHWC',
      dilations: [1, 1],
      dimRoundingMode: 'floor',
      activation,
      leakyreluAlpha: 0,
      useBias: bias !== undefined,
    },
  )
}

/** tfjs-node's own kernels refuse padding by a number. */
function byName(
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor | undefined,
  attrs: FusedConv2DAttrs & { pad: number },
): tf.Tensor {
  const { strides, pad } = attrs
  // With this stride and filter 'same' adds what was asked for, without a copy.
  const same = strides === 1 && filter.shape.slice(0, 2).every(size => size === 2 * pad + 1)
  if (same || pad === 0) return fusedConv2d(x, filter, bias, { ...attrs, pad: same ? 'same' : 'valid' })
  const edges = [0, pad, pad, 0].map((edge): [number, number] => [edge, edge])
  return tf.tidy(() => fusedConv2d(tf.pad(x, edges), filter, bias, { ...attrs, pad: 'valid' }))
}

// Our own kernel, whose gradient is a single kernel too where the input needs none.
const wholeLayer = 'Conv2DLayer'

function registerGradientOnce(): void {
  if (tf.getGradient(tf.FusedConv2D)) return
  tf.registerGradient({ kernelName: tf.FusedConv2D, inputsToSave: ['x', 'filter'], outputsToSave: [true], gradFunc })
}

const gradFunc: tf.GradFunc = (given, saved, attrs) => {
  const [x, filter, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
  // Where the output is positive the input was.
  const dy = attrs['activation'] === 'relu' ? tf.mul(given as tf.Tensor, tf.step(y)) : (given as tf.Tensor)
  // The gradients' kernels take the attributes of the convolution, and leave alone those that they do not know.
  const run = (kernel: string, inputs: tf.NamedTensorMap, own: tf.NamedAttrMap) =>
    tf.engine().runKernel<tf.Tensor>(kernel, inputs, { ...attrs, ...own })
  return {
    x: () => run(tf.Conv2DBackpropInput, { dy, filter }, { inputShape: x.shape }),
    filter: () => run(tf.Conv2DBackpropFilter, { x, dy }, { filterShape: filter.shape }),
    bias: () => tf.sum(dy, [0, 1, 2]),
  }
}
