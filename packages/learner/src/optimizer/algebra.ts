/**
 * The arithmetic that update rules are written in. A rule is written once and runs on plain float64 arrays, where it can
 * be compared with other systems digit by digit, and on tensors, where it trains.
 *
 * All operations are element-wise and leave their arguments alone. A value from {@link norm} or {@link rms} has one
 * element and combines with a value of any shape.
 */
export interface Algebra<T> {
  zerosLike(a: T): T
  add(a: T, b: T): T
  sub(a: T, b: T): T
  mul(a: T, b: T): T
  div(a: T, b: T): T
  maximum(a: T, b: T): T
  minimum(a: T, b: T): T
  /** a * factor */
  scale(a: T, factor: number): T
  /** a + term */
  shift(a: T, term: number): T
  /** s * a + t * b */
  combine(a: T, s: number, b: T, t: number): T
  sqrt(a: T): T
  square(a: T): T
  abs(a: T): T
  /** log(1 + exp(sharpness * a)) / sharpness */
  softplus(a: T, sharpness: number): T
  /** Euclidean norm over all elements, as a value of one element. */
  norm(a: T): T
  /** Root of the mean square over all elements, as a value of one element. */
  rms(a: T): T
  /** `a` where `condition` is greater than zero, else `b`. */
  wherePositive(condition: T, a: T, b: T): T
}
