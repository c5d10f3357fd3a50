import { madd, putPair } from './simd'

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
  const step = f32x4.splat(-rate)
  const k = f32x4.splat(keep)
  const decay = f32x4.splat(l2)
  // Tested at its end: the engine would make the constants anew on every turn of a loop tested at its start.
  if (n >= 8)
    do {
      const oldL = v128.load(p + i),
        oldR = v128.load(p + i, 16)
      let l = madd(decay, oldL, v128.load(g + i)),
        r = madd(decay, oldR, v128.load(g + i, 16))
      if (average) {
        l = madd(m, v128.load(average + i), l)
        r = madd(m, v128.load(average + i, 16), r)
        putPair(average + i, l, r)
      }
      putPair(p + i, madd(step, l, f32x4.mul(k, oldL)), madd(step, r, f32x4.mul(k, oldR)))
      i += 32
    } while (i + 32 <= end)
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
  const step = f32x4.splat(-rate)
  const k = f32x4.splat(keep)
  const decay = f32x4.splat(l2)
  if (n >= 8)
    do {
      const oldL = v128.load(p + i),
        oldR = v128.load(p + i, 16)
      let l = madd(decay, oldL, v128.load(g + i)),
        r = madd(decay, oldR, v128.load(g + i, 16))
      const squaresL = madd(b2, v128.load(square + i), f32x4.mul(a2, f32x4.mul(l, l))),
        squaresR = madd(b2, v128.load(square + i, 16), f32x4.mul(a2, f32x4.mul(r, r)))
      putPair(square + i, squaresL, squaresR)
      if (average) {
        l = madd(b1, v128.load(average + i), f32x4.mul(a1, l))
        r = madd(b1, v128.load(average + i, 16), f32x4.mul(a1, r))
        putPair(average + i, l, r)
      }
      l = f32x4.div(l, f32x4.add(f32x4.sqrt(squaresL), e))
      r = f32x4.div(r, f32x4.add(f32x4.sqrt(squaresR), e))
      if (heavy) {
        l = madd(b1, v128.load(heavy + i), f32x4.mul(a1, l))
        r = madd(b1, v128.load(heavy + i, 16), f32x4.mul(a1, r))
        putPair(heavy + i, l, r)
      }
      putPair(p + i, madd(step, l, f32x4.mul(k, oldL)), madd(step, r, f32x4.mul(k, oldR)))
      i += 32
    } while (i + 32 <= end)
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

/** Adds a number to a running one: memory * running + share * x. */
function addTo1(running: usize, memory: f32, share: f32, x: f32): f32 {
  const sum = memory * load<f32>(running) + share * x
  store<f32>(running, sum)
  return sum
}
