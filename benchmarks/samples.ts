import type { ArraysOptions } from '@onecycle/data'

/** What `DataBunch.from_arrays` makes samples of. */
export type Samples = Pick<ArraysOptions, 'x' | 'y' | 'shape' | 'targetShape' | 'ignore_index'>

/** Numbers in [-1, 1), the same on every run. */
function generator(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
}

/** Samples in which the classes differ: noise around a template for each. The same on every run. */
export function samples(count: number, shape: readonly number[], classes: number): { x: Float32Array; y: Int32Array } {
  const random = generator()
  const size = shape.reduce((a, b) => a * b, 1)
  const templates = Array.from({ length: classes }, () => Float32Array.from({ length: size }, random))
  const y = Int32Array.from({ length: count }, (_, i) => (i * 7) % classes)
  const x = new Float32Array(count * size)
  y.forEach((label, i) => {
    for (let j = 0; j < size; j++) x[i * size + j] = random() + 0.7 * templates[label]![j]!
  })
  return { x, y }
}

const below = (random: () => number, n: number) => Math.floor(((random() + 1) / 2) * n)

/** Texts of two classes, which take a third of their words from one half of the vocabulary each. */
export function texts(count: number, steps: number, words: number): Samples {
  const random = generator()
  const y = Int32Array.from({ length: count }, (_, i) => i % 2)
  const x = Int32Array.from({ length: count * steps }, (_, i) => {
    const half = (words - 1) >> 1
    if (below(random, 3) > 0) return 1 + below(random, words - 1)
    return 1 + below(random, half) + (y[Math.floor(i / steps)]! ? half : 0)
  })
  return { x, y, shape: [steps] }
}

const NO_TAG = -100

/** Texts of a quarter to all of the steps, filled up with 0, and for each word a tag that it and the word before decide. */
export function tagged(count: number, steps: number, words: number, tags: number): Samples {
  const random = generator()
  const x = new Int32Array(count * steps)
  const y = new Int32Array(count * steps).fill(NO_TAG)
  for (let start = 0; start < x.length; start += steps) {
    const length = Math.ceil(steps / 4) + below(random, steps - Math.ceil(steps / 4) + 1)
    for (let i = start; i < start + length; i++) {
      x[i] = 1 + below(random, words - 1)
      y[i] = (x[i]! + (i > start ? x[i - 1]! : 0)) % tags
    }
  }
  return { x, y, shape: [steps], targetShape: [steps], ignore_index: NO_TAG }
}

/** Images of discs in noise, and which pixels they cover. */
export function discs(count: number, side: number): Samples {
  const random = generator()
  const x = new Float32Array(count * side * side)
  const y = new Int32Array(x.length)
  for (let image = 0, i = 0; image < count; image++) {
    const [row, column, radius] = [below(random, side), below(random, side), side / 8 + below(random, side / 4)]
    for (let j = 0; j < side * side; j++, i++) {
      y[i] = +(Math.hypot(Math.floor(j / side) - row, (j % side) - column) < radius)
      x[i] = random() + y[i]!
    }
  }
  return { x, y, shape: [side, side, 1], targetShape: [side, side] }
}

/** Rows of codes and numbers, whose sum decides the class. */
export function rows(count: number, columns: number, categories: number, numbers: number): Samples {
  const random = generator()
  const cats = Int32Array.from({ length: count * columns }, () => below(random, categories))
  const conts = Float32Array.from({ length: count * numbers }, random)
  const y = Int32Array.from({ length: count }, (_, i) => {
    const codes = cats.subarray(i * columns, (i + 1) * columns).reduce((sum, code) => sum + (code % 2), 0)
    return +(codes - columns / 2 + conts[i * numbers]! > 0)
  })
  return { x: { cats, conts }, y, shape: { cats: [columns], conts: [numbers] } }
}

/** Runs of a text in which two characters decide, three times in four, which one comes next; what is asked for is that one, for each. */
export function characters(count: number, length: number, kinds: number): Samples {
  const random = generator()
  const x = new Int32Array(count * length)
  const y = new Int32Array(count * length)
  let [before, last] = [0, 1]
  for (let i = 0; i < x.length; i++) {
    const next = below(random, 4) === 0 ? below(random, kinds) : (3 * last + before + 1) % kinds
    ;[x[i], y[i], before, last] = [last, next, last, next]
  }
  return { x, y, shape: [length], targetShape: [length] }
}
