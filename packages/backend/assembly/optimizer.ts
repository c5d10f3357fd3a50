import { madd } from './simd'

/**
 * One step of one parameter in place. Weight decay is either a factor of the parameter (`keep`, 1 for none) or a term of the gradient
 * (`l2`, 0 for none).
 *
 * SGD: g += l2 p; average = momentum average + g; p = keep p - rate average. Without momentum `average` is 0.
 */
export function sgdStep(p: usize, g: usize, average: usize, n: i32, momentum: f32, rate: f32, keep: f32, l2: f32): void {
  let i: usize = 0
  const end: usize = 4 * n
  const m = f32x4.splat(momentum)
  const r = f32x4.splat(-rate)
  const k = f32x4.splat(keep)
  const l = f32x4.splat(l2)
  // Tested at its end: the engine would make the constants anew on every turn of a loop tested at its start.
  if (n >= 4)
    do {
      const old = v128.load(p + i)
      let direction = madd(l, old, v128.load(g + i))
      if (average) {
        direction = madd(m, v128.load(average + i), direction)
        v128.store(average + i, direction)
      }
      v128.store(p + i, madd(r, direction, f32x4.mul(k, old)))
      i += 16
    } while (i + 16 <= end)
  for (; i < end; i += 4) {
    const old = load<f32>(p + i)
    let direction = load<f32>(g + i) + l2 * old
    if (average) {
      direction += momentum * load<f32>(average + i)
      store<f32>(average + i, direction)
    }
    store<f32>(p + i, keep * old - rate * direction)
  }
}

/**
 * Adam: g += l2 p; average = beta1 average + (1 - beta1) g; square = beta2 square + (1 - beta2) g^2;
 * p = keep p - rate average / (sqrt(square) + epsilon). The corrections for the start at zero are in `rate` and `epsilon`.
 */
export function adamStep(
  p: usize,
  g: usize,
  average: usize,
  square: usize,
  n: i32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  epsilon: f32,
  rate: f32,
  keep: f32,
  l2: f32,
): void {
  let i: usize = 0
  const end: usize = 4 * n
  const b1 = f32x4.splat(beta1)
  const b2 = f32x4.splat(beta2)
  const a1 = f32x4.splat(rest1)
  const a2 = f32x4.splat(rest2)
  const e = f32x4.splat(epsilon)
  const r = f32x4.splat(rate)
  const k = f32x4.splat(keep)
  const l = f32x4.splat(l2)
  if (n >= 4)
    do {
      const old = v128.load(p + i)
      const gradient = madd(l, old, v128.load(g + i))
      const mean = madd(b1, v128.load(average + i), f32x4.mul(a1, gradient))
      const squares = madd(b2, v128.load(square + i), f32x4.mul(a2, f32x4.mul(gradient, gradient)))
      v128.store(average + i, mean)
      v128.store(square + i, squares)
      const step = f32x4.div(f32x4.mul(r, mean), f32x4.add(f32x4.sqrt(squares), e))
      v128.store(p + i, f32x4.sub(f32x4.mul(k, old), step))
      i += 16
    } while (i + 16 <= end)
  for (; i < end; i += 4) {
    const old = load<f32>(p + i)
    const gradient = load<f32>(g + i) + l2 * old
    const mean = beta1 * load<f32>(average + i) + rest1 * gradient
    const squares = beta2 * load<f32>(square + i) + rest2 * (gradient * gradient)
    store<f32>(average + i, mean)
    store<f32>(square + i, squares)
    store<f32>(p + i, keep * old - (rate * mean) / (sqrt(squares) + epsilon))
  }
}
