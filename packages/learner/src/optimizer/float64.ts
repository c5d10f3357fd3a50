import type { Algebra } from './algebra.js'

/**
 * Update rules on plain float64 arrays: the exact reference that the tensor form is held against.
 *
 * @example
 * float64.add(Float64Array.of(1, 2), Float64Array.of(3, 4))   // [4, 6]
 */
export const float64: Algebra<Float64Array> = {
  zerosLike: a => new Float64Array(a.length),
  add: (a, b) => zip(a, b, (x, y) => x + y),
  sub: (a, b) => zip(a, b, (x, y) => x - y),
  mul: (a, b) => zip(a, b, (x, y) => x * y),
  div: (a, b) => zip(a, b, (x, y) => x / y),
  maximum: (a, b) => zip(a, b, Math.max),
  minimum: (a, b) => zip(a, b, Math.min),
  scale: (a, factor) => a.map(x => x * factor),
  shift: (a, term) => a.map(x => x + term),
  combine: (a, s, b, t) => zip(a, b, (x, y) => s * x + t * y),
  sqrt: a => a.map(Math.sqrt),
  square: a => a.map(x => x * x),
  abs: a => a.map(Math.abs),
  softplus: (a, sharpness) => a.map(x => softplus(x * sharpness) / sharpness),
  norm: a => Float64Array.of(Math.sqrt(sumOfSquares(a))),
  rms: a => Float64Array.of(Math.sqrt(sumOfSquares(a) / a.length)),
  wherePositive: (condition, a, b) => {
    const then = zip(condition, a, (c, x) => (c > 0 ? x : 0))
    const otherwise = zip(condition, b, (c, x) => (c > 0 ? 0 : x))
    return zip(then, otherwise, (x, y) => x + y)
  },
}

function zip(a: Float64Array, b: Float64Array, f: (x: number, y: number) => number): Float64Array {
  if (a.length === 1 && b.length > 1) return b.map(y => f(a[0]!, y))
  if (b.length === 1) return a.map(x => f(x, b[0]!))
  return a.map((x, i) => f(x, b[i]!))
}

function sumOfSquares(a: Float64Array): number {
  return a.reduce((sum, x) => sum + x * x, 0)
}

// PyTorch returns x itself beyond 20, where the two differ by less than 3e-9.
function softplus(x: number): number {
  return x > 20 ? x : Math.log1p(Math.exp(x))
}
