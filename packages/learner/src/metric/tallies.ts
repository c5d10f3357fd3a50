import { type Answers, type Form, forms } from './answers.js'

/** What precision, recall and their relatives are worked out from: sums of weights, for each class or label. */
export interface Counts {
  /** Predicted, and true. */
  readonly hits: number
  readonly predicted: number
  readonly actual: number
}

/** How the figures of several classes become one. */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted'

/** Counts of the classes or labels of a pass, in float64. */
export class Tallies {
  readonly form: Form
  readonly classes: number
  readonly #hits: Float64Array
  readonly #predicted: Float64Array
  readonly #actual: Float64Array
  /** Whether a class was ever predicted or true, whatever the weights. */
  readonly #seen: Uint8Array
  /** Of all places. */
  weight = 0

  constructor({ form, classes }: Pick<Answers, 'form' | 'classes'>) {
    this.form = form
    this.classes = classes
    this.#hits = new Float64Array(classes)
    this.#predicted = new Float64Array(classes)
    this.#actual = new Float64Array(classes)
    this.#seen = new Uint8Array(classes).fill(Number(form === 'labels'))
  }

  add({ predicted, actual, weights }: Answers): void {
    const step = this.form === 'labels' ? this.classes : 1
    for (let i = 0; i < actual.length; i++) {
      const place = Math.floor(i / step)
      const weight = weights ? weights[place]! : 1
      if (this.form === 'labels') {
        this.#count(i % step, predicted[i]!, actual[i]!, weight)
        if (i % step === 0) this.weight += weight
      } else {
        this.weight += weight
        const [p, a] = [predicted[i]!, actual[i]!]
        this.#seen[p] = this.#seen[a] = 1
        if (p === a) this.#count(a, 1, 1, weight)
        else {
          this.#count(p, 1, 0, weight)
          this.#count(a, 0, 1, weight)
        }
      }
    }
  }

  /** All that is counted, for {@link joined}. */
  numbers(): Float64Array {
    const counts = [this.#hits, this.#predicted, this.#actual, this.#seen].flatMap(each => [...each])
    return Float64Array.of(forms.indexOf(this.form), this.classes, this.weight, ...counts)
  }

  /** What several have counted, of their {@link numbers}; undefined of none. */
  static joined(parts: readonly Float64Array[]): Tallies | undefined {
    let all: Tallies | undefined
    for (const [form, classes, weight, ...counts] of parts) {
      all ??= new Tallies({ form: forms[form!]!, classes: classes! })
      const kinds = [all.#hits, all.#predicted, all.#actual, all.#seen]
      for (const [i, count] of counts.entries()) kinds[Math.floor(i / classes!)]![i % classes!]! += count
      all.weight += weight!
    }
    return all
  }

  #count(label: number, predicted: number, actual: number, weight: number): void {
    this.#hits[label]! += predicted * actual * weight
    this.#predicted[label]! += predicted * weight
    this.#actual[label]! += actual * weight
  }

  /** The counts of each class or label. */
  all(): Counts[] {
    return Array.from(this.#hits, (hits, i) => ({ hits, predicted: this.#predicted[i]!, actual: this.#actual[i]! }))
  }

  /** The counts of those that were predicted or true at least once; labels all. */
  seen(): Counts[] {
    return this.all().filter((_, i) => this.#seen[i])
  }
}

/** A figure of counts, averaged over those that have one; with `micro` it is the figure of their sum. */
export function averaged(
  counts: readonly Counts[],
  figure: (counts: Counts) => number,
  average: Exclude<Average, 'binary'>,
): number {
  if (average === 'micro') {
    const sum = (of: keyof Counts) => counts.reduce((sum, each) => sum + each[of], 0)
    return figure({ hits: sum('hits'), predicted: sum('predicted'), actual: sum('actual') })
  }
  const all = counts.map(each => [figure(each), average === 'weighted' ? each.actual : 1] as const)
  return mean(all.filter(([value]) => !Number.isNaN(value)))
}

/** The mean of values with their weights; NaN where nothing counts. */
export function mean(values: readonly (readonly [value: number, weight: number])[]): number {
  const [sum, weight] = values.reduce(([sum, all], [value, weight]) => [sum + value * weight, all + weight], [0, 0])
  return sum / weight
}
