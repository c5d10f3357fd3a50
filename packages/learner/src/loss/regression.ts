import * as tf from '@tensorflow/tfjs-core'
import { pure } from '../replay/replayable.js'
import { lossFunction } from './loss-function.js'
import { asPredictions } from './targets.js'

/**
 * Mean squared error over every element: `mean((pred - target)²)`.
 *
 * `pred` and `target` are [batch, ...] of one shape; axes of size 1 do not count, so [batch] fits [batch, 1].
 * Source: PyTorch's `nn.MSELoss`, but nothing is broadcast.
 *
 * @throws RangeError when the shapes do not fit.
 * @example
 * mse(tf.tensor2d([[1], [2]]), tf.tensor1d([0, 4])).dataSync()   // [2.5]
 */
export const mse = pure(lossFunction('mse', (pred, target) => tf.square(tf.sub(pred, asPredictions('mse', pred, target)))))

/**
 * Mean absolute error over every element: `mean(|pred - target|)`. Shapes and errors as {@link mse}.
 * Source: PyTorch's `nn.L1Loss`.
 *
 * @example
 * mae(tf.tensor2d([[1], [2]]), tf.tensor1d([0, 4])).dataSync()   // [1.5]
 */
export const mae = pure(lossFunction('mae', (pred, target) => tf.abs(tf.sub(pred, asPredictions('mae', pred, target)))))
