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
 * The rules that divide by a root of squares, Adam, RMSProp and Adagrad:
 *
 *     g += l2 p; square = beta2 square + rest2 g^2
 *     d = average = beta1 average + rest1 g
 *     d = heavy = beta1 heavy + rest1 d / (sqrt(square) + epsilon)
 *     p = keep p - rate d
 *
 * Where `average` is 0 its line is left out (d = g), and where `heavy` is 0 its line only divides. Adam's corrections for the start at
 * zero are in `rate` and `epsilon`.
 */
export function adaptiveStep(
  p: usize,
  g: usize,
  square: usize,
  average: usize,
  heavy: usize,
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
  const r = f32x4.splat(-rate)
  const k = f32x4.splat(keep)
  const l = f32x4.splat(l2)
  if (n >= 4)
    do {
      const old = v128.load(p + i)
      let direction = madd(l, old, v128.load(g + i))
      const squares = addTo4(square + i, b2, a2, f32x4.mul(direction, direction))
      if (average) direction = addTo4(average + i, b1, a1, direction)
      direction = f32x4.div(direction, f32x4.add(f32x4.sqrt(squares), e))
      if (heavy) direction = addTo4(heavy + i, b1, a1, direction)
      v128.store(p + i, madd(r, direction, f32x4.mul(k, old)))
      i += 16
    } while (i + 16 <= end)
  for (; i < end; i += 4) {
    const old = load<f32>(p + i)
    let direction = load<f32>(g + i) + l2 * old
    const squares = addTo1(square + i, beta2, rest2, direction * direction)
    if (average) direction = addTo1(average + i, beta1, rest1, direction)
    direction /= sqrt(squares) + epsilon
    if (heavy) direction = addTo1(heavy + i, beta1, rest1, direction)
    store<f32>(p + i, keep * old - rate * direction)
  }
}

/** Adds four numbers to running ones: memory * running + share * x. */
function addTo4(running: usize, memory: v128, share: v128, x: v128): v128 {
  const sum = madd(memory, v128.load(running), f32x4.mul(share, x))
  v128.store(running, sum)
  return sum
}

function addTo1(running: usize, memory: f32, share: f32, x: f32): f32 {
  const sum = memory * load<f32>(running) + share * x
  store<f32>(running, sum)
  return sum
}
