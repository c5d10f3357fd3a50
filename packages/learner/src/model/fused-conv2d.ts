import * as tf from '@tensorflow/tfjs-core'

export interface FusedConv2DAttrs {
  strides: number
  /** Zeros on every side. */
  pad: number
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
  registerGradientOnce()
  const { strides, pad, activation } = attrs
  return tf.engine().runKernel(
    tf.FusedConv2D,
    { x, filter, ...(bias && { bias }) },
    {
      strides: [strides, strides],
      pad,
      dataFormat: 'NHWC',
      dilations: [1, 1],
      dimRoundingMode: 'floor',
      activation,
      leakyreluAlpha: 0,
    },
  )
}

function registerGradientOnce(): void {
  if (tf.getGradient(tf.FusedConv2D)) return
  tf.registerGradient({ kernelName: tf.FusedConv2D, inputsToSave: ['x', 'filter'], outputsToSave: [true], gradFunc })
}

const gradFunc: tf.GradFunc = (given, saved, attrs) => {
  const [x, filter, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
  const dy = attrs['activation'] === 'relu' ? reluGradient(given as tf.Tensor, y) : (given as tf.Tensor)
  // The gradients' kernels take the attributes of the convolution, and leave alone those that they do not know.
  const run = (kernel: string, inputs: tf.NamedTensorMap, own: tf.NamedAttrMap) =>
    tf.engine().runKernel<tf.Tensor>(kernel, inputs, { ...attrs, ...own })
  return {
    x: () => run(tf.Conv2DBackpropInput, { dy, filter }, { inputShape: x.shape }),
    filter: () => run(tf.Conv2DBackpropFilter, { x, dy }, { filterShape: filter.shape }),
    bias: () => tf.sum(dy, [0, 1, 2]),
  }
}

// Where the output is positive the input was. Our own wasm kernel does in one pass what takes two otherwise.
function reluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const ours = 'ReluGradient'
  if (tf.getKernel(ours, tf.getBackend())) return tf.engine().runKernel(ours, { dy, saved: y })
  return tf.mul(dy, tf.step(y))
}
