import type { Optimizer } from '@tensorflow/tfjs-core'

/** Of which of TensorFlow.js's classes it is: `instanceof` tells nothing, as TensorFlow.js makes it true of any object with an optimizer's methods. */
export function isA(optimizer: Optimizer, name: string): boolean {
  return optimizer.getClassName() === name
}
