import * as tf from '@tensorflow/tfjs-core'
import type { Algebra } from './algebra.js'

/**
 * Update rules on tensors. Use one instance inside one `tf.tidy`: it makes each number into a tensor only once, which
 * saves an allocation on the backend for every parameter after the first, and the tidy disposes what is left.
 *
 * Kernels are called without the checks of their operations, which take a third of the time of a small parameter's step.
 */
export function tensorAlgebra(): Algebra<tf.Tensor> {
  const engine = tf.engine()
  const unary = (kernel: string, x: tf.Tensor): tf.Tensor => engine.runKernel(kernel, { x })
  const binary = (kernel: string, a: tf.Tensor, b: tf.Tensor): tf.Tensor => engine.runKernel(kernel, { a, b })

  const numbers = new Map<number, tf.Tensor>()
  const number = (value: number): tf.Tensor => {
    const tensor = numbers.get(value) ?? tf.scalar(value)
    numbers.set(value, tensor)
    return tensor
  }
  const scale = (a: tf.Tensor, factor: number) => binary('Multiply', a, number(factor))
  const shift = (a: tf.Tensor, term: number) => binary('Add', a, number(term))
  const norm = (a: tf.Tensor) => tf.sqrt(tf.sum(tf.square(a)))

  return {
    zerosLike: a => tf.zerosLike(a),
    add: (a, b) => binary('Add', a, b),
    sub: (a, b) => binary('Sub', a, b),
    mul: (a, b) => binary('Multiply', a, b),
    div: (a, b) => binary('RealDiv', a, b),
    maximum: (a, b) => binary('Maximum', a, b),
    minimum: (a, b) => binary('Minimum', a, b),
    scale,
    shift,
    combine(a, s, b, t) {
      // Freed at once, the memory of a large parameter's product is still in the processor's cache for the next.
      const [left, right] = [s === 1 ? a : scale(a, s), t === 1 ? b : scale(b, t)]
      const sum = binary('Add', left, right)
      if (left !== a) left.dispose()
      if (right !== b) right.dispose()
      return sum
    },
    sqrt: a => unary('Sqrt', a),
    square: a => unary('Square', a),
    abs: a => unary('Abs', a),
    softplus: (a, sharpness) => scale(tf.softplus(scale(a, sharpness)), 1 / sharpness),
    norm,
    rms: a => scale(norm(a), Math.sqrt(1 / a.size)),
    wherePositive: (condition, a, b) => tf.where(tf.greater(condition, number(0)), a, b),
  }
}
