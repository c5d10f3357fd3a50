/**
 * TensorFlow.js's tensors and layers, from the very modules that onecycle trains with. A program that imports them from here needs no
 * package beside `onecycle`, whatever the package manager, and cannot get another version of them. Nothing is chosen or registered.
 *
 * @example
 * import * as tf from 'onecycle/tf'
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] })
 * console.log(tf.tensor1d([1, 2]).shape, model.outputShape)
 *
 * @module
 */
export * from '@tensorflow/tfjs-core'
export * from '@tensorflow/tfjs-layers'
