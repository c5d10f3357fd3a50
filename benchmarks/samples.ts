/** Samples in which the classes differ: noise around a template for each. The same on every run. */
export function samples(count: number, shape: readonly number[], classes: number): { x: Float32Array; y: Int32Array } {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  const size = shape.reduce((a, b) => a * b, 1)
  const templates = Array.from({ length: classes }, () => Float32Array.from({ length: size }, random))
  const y = Int32Array.from({ length: count }, (_, i) => (i * 7) % classes)
  const x = new Float32Array(count * size)
  y.forEach((label, i) => {
    for (let j = 0; j < size; j++) x[i * size + j] = random() + 0.7 * templates[label]![j]!
  })
  return { x, y }
}
