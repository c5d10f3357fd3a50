import * as tf from '@tensorflow/tfjs-core'

/**
 * What tfjs-layers' orthogonal initializer, the default of LSTM, GRU and simple RNN layers, calls as methods of a tensor.
 * tfjs-core has them as functions only; the umbrella package, which we do without, would add all methods there are.
 */
const methods = {
  flatten(this: tf.Tensor) {
    return tf.reshape(this, [this.size])
  },
  reshape(this: tf.Tensor, shape: number[]) {
    return tf.reshape(this, shape)
  },
  sign(this: tf.Tensor) {
    return tf.sign(this)
  },
  stridedSlice(this: tf.Tensor, ...range: [begin: number[], end: number[], strides: number[]]) {
    return tf.stridedSlice(this, ...range)
  },
  transpose(this: tf.Tensor) {
    return tf.transpose(this)
  },
}

for (const [name, value] of Object.entries(methods)) {
  if (!(name in tf.Tensor.prototype))
    Object.defineProperty(tf.Tensor.prototype, name, { value, writable: true, configurable: true })
}
