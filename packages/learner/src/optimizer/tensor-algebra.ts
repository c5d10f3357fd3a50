import * as tf from '@tensorflow/tfjs-core'
import type { Algebra } from './algebra.js'

/**
 * Update rules on tensors. Use one instance inside one `tf.tidy`: it makes each number into a tensor only once, which
 * saves an allocation on the backend for every parameter after the first, and the tidy disposes them.
 */
export function tensorAlgebra(): Algebra<tf.Tensor> {
  const numbers = new Map<number, tf.Tensor>()
  const number = (value: number): tf.Tensor => {
    let tensor = numbers.get(value)
    if (!tensor) {
      tensor = tf.scalar(value)
      numbers.set(value, tensor)
    }
    return tensor
  }
  const norm = (a: tf.Tensor) => tf.sqrt(tf.sum(tf.square(a)))
  return {
    zerosLike: a => tf.zerosLike(a),
    add: (a, b) => tf.add(a, b),
    sub: (a, b) => tf.sub(a, b),
    mul: (a, b) => tf.mul(a, b),
    div: (a, b) => tf.div(a, b),
    maximum: (a, b) => tf.maximum(a, b),
    minimum: (a, b) => tf.minimum(a, b),
    scale: (a, factor) => tf.mul(a, number(factor)),
    shift: (a, term) => tf.add(a, number(term)),
    sqrt: a => tf.sqrt(a),
    square: a => tf.square(a),
    abs: a => tf.abs(a),
    softplus: (a, sharpness) => tf.mul(tf.softplus(tf.mul(a, number(sharpness))), number(1 / sharpness)),
    norm,
    rms: a => tf.mul(norm(a), number(Math.sqrt(1 / a.size))),
    wherePositive: (condition, a, b) => tf.where(tf.greater(condition, number(0)), a, b),
  }
}
