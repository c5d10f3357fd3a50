import * as tf from '@tensorflow/tfjs-core'

/** What consoles and notebooks show: type, shape, and the values where they can be read at once. */
Object.defineProperty(tf.Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  configurable: true,
  writable: true,
  value(this: tf.Tensor): string {
    const what = `Tensor${this.isDisposed ? ' (disposed)' : ''} ${this.dtype} [${this.shape.join(', ')}]`
    try {
      return this.toString().replace('Tensor', what)
    } catch {
      return what
    }
  },
})
