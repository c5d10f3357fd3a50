import type { TargetKind } from '@onecycle/data'

/** The class that is likeliest, and how likely each is. */
export interface ClassAnswer {
  label: string
  probs: Record<string, number>
}

/** The labels that are likelier than not, and how likely each is. */
export interface LabelsAnswer {
  labels: string[]
  probs: Record<string, number>
}

/** A class for each step, or for each pixel row by row. */
export interface StepsAnswer {
  steps: ClassAnswer[]
}

/** A number; several by the names that the data has for them; or, where it has none, in a list. */
export interface ValueAnswer {
  value: number | number[] | Record<string, number>
}

/** What is predicted of a sample, as plain JSON: of several outputs, by their names. */
export type Answer = ClassAnswer | StepsAnswer | LabelsAnswer | ValueAnswer | { [output: string]: Answer }

/** What the numbers of an output stand for. */
export interface Meaning {
  /** Of the output. */
  readonly name: string
  readonly target: TargetKind
  /** Names of the classes or labels; their numbers, where there are no names. */
  readonly classes?: readonly string[] | undefined
  /** How many classes, where each step or pixel has one. */
  readonly each?: number | undefined
  /** Of several values. */
  readonly values?: readonly string[] | undefined
}

/** One output for several samples, one after the other. */
export interface OutputValues {
  readonly data: ArrayLike<number>
  /** Figures of one sample. */
  readonly size: number
}

/** What the outputs of a model say of n samples. */
export function answersOf(meanings: readonly Meaning[], outputs: readonly OutputValues[], n: number): Answer[] {
  const of = (i: number, row: number) => {
    const { data, size } = outputs[i]!
    return answerOf(
      meanings[i]!,
      Array.from({ length: size }, (_, k) => data[row * size + k]!),
    )
  }
  const whole = (row: number): Answer =>
    meanings.length === 1 ? of(0, row) : Object.fromEntries(meanings.map(({ name }, i) => [name, of(i, row)]))
  return Array.from({ length: n }, (_, row) => whole(row))
}

function answerOf(meaning: Meaning, figures: number[]): Answer {
  const { target, classes, values, each } = meaning
  if (each !== undefined) {
    const one = { ...meaning, each: undefined }
    const steps = Array.from({ length: figures.length / each }, (_, i) => answerOf(one, figures.slice(i * each, (i + 1) * each)))
    return { steps: steps as ClassAnswer[] }
  }
  if (target === 'value') {
    if (figures.length === 1) return { value: figures[0]! }
    return { value: values ? Object.fromEntries(values.map((name, i) => [name, figures[i]!])) : figures }
  }
  // One probability of two classes is that of the second.
  const own = target === 'class' && figures.length === 1 ? [1 - figures[0]!, figures[0]!] : figures
  const names = own.map((_, i) => classes?.[i] ?? String(i))
  const probs = Object.fromEntries(names.map((name, i) => [name, own[i]!]))
  if (target === 'multilabel') return { labels: names.filter((_, i) => own[i]! > 0.5), probs }
  return { label: names[own.indexOf(Math.max(...own))]!, probs }
}
