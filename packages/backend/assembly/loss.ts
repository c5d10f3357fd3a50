/** e^x for x <= 0, in float64 to about 1e-9: a power of two times a polynomial. (The library's own would need tables in memory.) */
function exponential(x: f64): f64 {
  if (!(x > -700)) return F64.isNaN(x) ? x : 0
  const n = nearest(x * Math.LOG2E)
  const r = x - n * Math.LN2
  let p: f64 = 1.0 / 40320
  p = p * r + 1.0 / 5040
  p = p * r + 1.0 / 720
  p = p * r + 1.0 / 120
  p = p * r + 1.0 / 24
  p = p * r + 1.0 / 6
  p = p * r + 0.5
  p = p * r + 1
  p = p * r + 1
  return p * reinterpret<f64>((<i64>n + 1023) << 52)
}

/** The natural logarithm of x >= 1: exponent and, by the series of its inverse hyperbolic tangent, mantissa. */
function logarithm(x: f64): f64 {
  if (!(x < Infinity)) return x
  const bits = reinterpret<i64>(x)
  let exponent = <f64>((bits >> 52) - 1023)
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000)
  if (mantissa > Math.SQRT2) {
    mantissa *= 0.5
    exponent += 1
  }
  const s = (mantissa - 1) / (mantissa + 1)
  const t = s * s
  let p: f64 = 1.0 / 15
  p = p * t + 1.0 / 13
  p = p * t + 1.0 / 11
  p = p * t + 1.0 / 9
  p = p * t + 1.0 / 7
  p = p * t + 1.0 / 5
  p = p * t + 1.0 / 3
  p = p * t + 1
  return exponent * Math.LN2 + 2 * s * p
}

/**
 * Mean over rows of -sum(target log softmax(logits)), and its gradient by the logits. Targets are one class for each row (`indices`,
 * int32) or a number for each class. NaN in a row makes the loss and the row's gradient NaN.
 */
export function softmaxCrossEntropy(
  logits: usize,
  target: usize,
  indices: bool,
  rows: i32,
  classes: i32,
  loss: usize,
  gradient: usize,
): void {
  let total: f64 = 0
  const share: f64 = 1 / <f64>rows
  for (let i = 0; i < rows; i++) {
    let most = load<f32>(logits)
    for (let j = 1; j < classes; j++) {
      const z = load<f32>(logits + 4 * j)
      if (z > most || F32.isNaN(z)) most = z
    }
    let sum: f64 = 0
    let weight: f64 = indices ? 1 : 0
    for (let j = 0; j < classes; j++) {
      sum += exponential(<f64>load<f32>(logits + 4 * j) - <f64>most)
      if (!indices) weight += <f64>load<f32>(target + 4 * j)
    }
    const level = <f64>most + logarithm(sum)
    const label = indices ? load<i32>(target) : -1
    for (let j = 0; j < classes; j++) {
      const z = <f64>load<f32>(logits + 4 * j)
      const wanted: f64 = indices ? (j === label ? 1 : 0) : <f64>load<f32>(target + 4 * j)
      if (wanted !== 0) total += wanted * (level - z)
      store<f32>(gradient + 4 * j, <f32>((weight * exponential(z - level) - wanted) * share))
    }
    logits += 4 * classes
    gradient += 4 * classes
    target += indices ? 4 : 4 * classes
  }
  store<f32>(loss, <f32>(total * share))
}
