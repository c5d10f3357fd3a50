import { rangeError } from '@onecycle/platform'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'

/**
 * Has a wasm backend refuse results of fewer rows than none. TensorFlow.js 4.22 works such shapes out where the window of a pool or a convolution is
 * larger than what it slides over, and its kernels, and so ours, then write in other tensors.
 */
export function refuseShapesBelowZero(backend: BackendWasm): void {
  const make = backend.makeOutput
  backend.makeOutput = function (shape, ...more) {
    for (const size of shape) if (size < 0) refuse(shape)
    return make.call(this, shape, ...more)
  }
}

function refuse(shape: readonly number[]): never {
  throw rangeError(
    'window-too-large',
    `A result would have the shape [${shape.join(', ')}]: the window of a pool or a convolution is larger than what it slides over. Use a smaller ` +
      "window, larger pictures or longer sequences, or padding 'same'.",
  )
}
