import type { RecurrentAttrs } from '../wasm/compiled/recurrent.js'

/** What a recurrent layer computes from, as flat numbers; what may be missing is. */
export interface RecurrentGiven {
  readonly x: Float64Array
  readonly kernel: Float64Array
  readonly recurrentKernel: Float64Array
  readonly bias?: Float64Array
  readonly state?: Float64Array
  readonly carry?: Float64Array
  readonly mask?: Float64Array
  readonly inputDropout?: Float64Array
  readonly stateDropout?: Float64Array
}

export interface RecurrentSizes {
  readonly samples: number
  readonly steps: number
  readonly inputs: number
  readonly units: number
}

const functions: Record<string, (x: number) => number> = {
  linear: x => x,
  relu: x => Math.max(x, 0),
  tanh: Math.tanh,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  hardSigmoid: x => Math.min(Math.max(0.2 * x + 0.5, 0), 1),
}

/** A recurrent layer written as plainly as can be, in float64: the state after each step, [samples, steps, units], then the last state and carry. */
export function recurrentDefinition(attrs: RecurrentAttrs, sizes: RecurrentSizes, given: RecurrentGiven): Float64Array[] {
  const { samples, steps, inputs, units } = sizes
  const columns = given.kernel.length / inputs
  const [outer, inner] = [functions[attrs.activation]!, functions[attrs.recurrentActivation]!]
  const y = new Float64Array(samples * steps * units)
  const lastState = new Float64Array(samples * units)
  const lastCarry = new Float64Array(samples * units)
  for (let sample = 0; sample < samples; sample++) {
    const row = (values: Float64Array | undefined, width: number, missing = 0) =>
      Array.from({ length: width }, (_, i) => values?.[sample * width + i] ?? missing)
    let h = row(given.state, units)
    let c = row(given.carry, units)
    for (let step = 0; step < steps; step++) {
      const time = attrs.goBackwards ? steps - 1 - step : step
      if (!given.mask || given.mask[sample * steps + time]) {
        const dropped = row(given.inputDropout, inputs, 1)
        const x = dropped.map((factor, i) => factor * given.x[(sample * steps + time) * inputs + i]!)
        const fed = row(given.stateDropout, units, 1).map((factor, i) => factor * h[i]!)
        const project = (column: number) =>
          x.reduce((sum, value, i) => sum + value * given.kernel[i * columns + column]!, given.bias?.[column] ?? 0)
        const recur = (from: readonly number[], column: number) =>
          from.reduce((sum, value, i) => sum + value * given.recurrentKernel[i * columns + column]!, 0)
        const gate = (number: number, of: (x: number) => number, from: readonly number[] = fed) =>
          h.map((_, i) => of(project(number * units + i) + recur(from, number * units + i)))
        if (attrs.cell === 'lstm') {
          const [enter, keep, candidate, leave] = [gate(0, inner), gate(1, inner), gate(2, outer), gate(3, inner)]
          c = c.map((carry, i) => keep[i]! * carry + enter[i]! * candidate[i]!)
          h = c.map((carry, i) => leave[i]! * outer(carry))
        } else if (attrs.cell === 'gru') {
          const [update, reset] = [gate(0, inner), gate(1, inner)]
          const seen = fed.map((state, i) => reset[i]! * state)
          const candidate = gate(2, outer, seen)
          h = fed.map((state, i) => update[i]! * state + (1 - update[i]!) * candidate[i]!)
        } else if (attrs.cell === 'gruAfter') {
          const own = given.bias?.slice(columns)
          const seen = (column: number) => recur(fed, column) + (own?.[column] ?? 0)
          const sums = (number: number) => fed.map((_, i) => [project(number * units + i), seen(number * units + i)] as const)
          const [update, reset] = [0, 1].map(number => sums(number).map(([a, b]) => inner(a + b)))
          const candidate = sums(2).map(([a, b], i) => outer(a + reset![i]! * b))
          h = fed.map((state, i) => update![i]! * state + (1 - update![i]!) * candidate[i]!)
        } else h = gate(0, outer)
      }
      y.set(h, (sample * steps + step) * units)
    }
    lastState.set(h, sample * units)
    lastCarry.set(c, sample * units)
  }
  return [y, lastState, lastCarry]
}
