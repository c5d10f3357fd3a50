import * as tf from '@tensorflow/tfjs-core'
import '#learner/tensor-display.js'

/**
 * The methods that tensors have in TensorFlow.js' own pages (`preds.argMax(-1)`), and of which tfjs-core has functions only. The umbrella
 * package adds them by modules of tfjs-core that in Node would load a second copy of it.
 *
 * @module
 */

// The types of the methods, in all that imports this package.
export type {} from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js'

type Operation = (...inputs: never[]) => unknown

/** Methods of the name that the operation has. */
// biome-ignore format: a list of words
const operations: readonly Operation[] = [
  tf.abs, tf.acos, tf.acosh, tf.add, tf.all, tf.any, tf.argMax, tf.argMin, tf.asin, tf.asinh, tf.atan, tf.atan2, tf.atanh,
  tf.avgPool, tf.batchNorm, tf.batchToSpaceND, tf.broadcastTo, tf.ceil, tf.clipByValue, tf.conv1d, tf.conv2d,
  tf.conv2dTranspose, tf.cos, tf.cosh, tf.cumprod, tf.cumsum, tf.depthToSpace, tf.depthwiseConv2d, tf.dilation2d, tf.div,
  tf.divNoNan, tf.dot, tf.elu, tf.equal, tf.erf, tf.euclideanNorm, tf.exp, tf.expandDims, tf.expm1, tf.fft, tf.floor,
  tf.floorDiv, tf.gather, tf.greater, tf.greaterEqual, tf.ifft, tf.irfft, tf.isFinite, tf.isInf, tf.isNaN, tf.leakyRelu,
  tf.less, tf.lessEqual, tf.localResponseNormalization, tf.log, tf.log1p, tf.logicalAnd, tf.logicalNot, tf.logicalOr,
  tf.logicalXor, tf.logSigmoid, tf.logSoftmax, tf.logSumExp, tf.matMul, tf.max, tf.maximum, tf.maxPool, tf.mean, tf.min,
  tf.minimum, tf.mirrorPad, tf.mod, tf.mul, tf.neg, tf.norm, tf.notEqual, tf.oneHot, tf.onesLike, tf.pad, tf.pool, tf.pow,
  tf.prelu, tf.prod, tf.reciprocal, tf.relu, tf.relu6, tf.reshape, tf.reverse, tf.rfft, tf.round, tf.rsqrt, tf.selu,
  tf.separableConv2d, tf.sigmoid, tf.sign, tf.sin, tf.sinh, tf.slice, tf.softmax, tf.softplus, tf.spaceToBatchND, tf.split,
  tf.sqrt, tf.square, tf.squaredDifference, tf.squeeze, tf.step, tf.stridedSlice, tf.sub, tf.sum, tf.tan, tf.tanh, tf.tile,
  tf.topk, tf.transpose, tf.unique, tf.unsortedSegmentSum, tf.unstack, tf.zerosLike,
]

const shaped = (x: tf.Tensor, ...shape: number[]) => tf.reshape(x, shape)
const flat = (x: tf.Tensor) => shaped(x, x.size)
const typed = (dtype: tf.DataType) => (x: tf.Tensor) => tf.cast(x, dtype)
const joined = (join: typeof tf.stack) => (x: tf.Tensor, others: tf.Tensor | tf.Tensor[], axis?: number) =>
  join([x].concat(others), axis)

/** Methods of another name, or whose tensor has another place. */
const methods: Record<string, Operation> = {
  as1D: flat,
  as2D: (x: tf.Tensor, a: number, b: number) => shaped(x, a, b),
  as3D: (x: tf.Tensor, a: number, b: number, c: number) => shaped(x, a, b, c),
  as4D: (x: tf.Tensor, a: number, b: number, c: number, d: number) => shaped(x, a, b, c, d),
  as5D: (x: tf.Tensor, a: number, b: number, c: number, d: number, e: number) => shaped(x, a, b, c, d, e),
  asScalar: (x: tf.Tensor) => shaped(x),
  asType: tf.cast,
  concat: joined(tf.concat),
  flatten: flat,
  reshapeAs: (x: tf.Tensor, like: tf.Tensor) => shaped(x, ...like.shape),
  resizeBilinear: tf.image.resizeBilinear,
  resizeNearestNeighbor: tf.image.resizeNearestNeighbor,
  stack: joined(tf.stack),
  toBool: typed('bool'),
  toFloat: typed('float32'),
  toInt: typed('int32'),
  where: (x: tf.Tensor, condition: tf.Tensor, other: tf.Tensor) => tf.where(condition, x, other),
}
// An operation's scope is named after it, also in minified programs.
for (const operation of operations) methods[operation.name.replace('__op', '')] = operation

const prototype = tf.Tensor.prototype as unknown as Record<string, Operation>
for (const [name, operation] of Object.entries(methods))
  prototype[name] ??= function (this: tf.Tensor, ...others) {
    this.throwIfDisposed()
    return operation(this as never, ...others)
  }
