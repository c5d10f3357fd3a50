import type { TargetKind, ValuesMeaning } from '@onecycle/data'
import type { Tensor } from '@tensorflow/tfjs-core'

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
export interface Meaning extends ValuesMeaning {
  /** Of the output. */
  readonly name: string
  readonly target: TargetKind
  /** Names of the classes or labels; their numbers, where there are no names. */
  readonly classes?: readonly string[] | undefined
  /** How many classes, where each step or pixel has one. */
  readonly each?: number | undefined
}

/** What the outputs of a model, [batch, ...], say of each sample of a batch. They remain the caller's. */
export async function answersOf(meanings: readonly Meaning[], outputs: readonly Tensor[]): Promise<Answer[]> {
  const n = outputs[0]!.shape[0]!
  const values = await Promise.all(outputs.map(output => output.data()))
  const of = (i: number, row: number) => {
    const size = values[i]!.length / n
    return answerOf(meanings[i]!, [...values[i]!.subarray(row * size, (row + 1) * size)])
  }
  const whole = (row: number): Answer =>
    meanings.length === 1 ? of(0, row) : Object.fromEntries(meanings.map(({ name }, i) => [name, of(i, row)]))
  return Array.from({ length: n }, (_, row) => whole(row))
}

function answerOf(meaning: Meaning, figures: number[]): Answer {
  const { target, classes, values, scale, each } = meaning
  if (each !== undefined) {
    const one = { ...meaning, each: undefined }
    const steps = Array.from({ length: figures.length / each }, (_, i) => answerOf(one, figures.slice(i * each, (i + 1) * each)))
    return { steps: steps as ClassAnswer[] }
  }
  if (target === 'value') {
    const own = scale ? figures.map((figure, i) => figure * scale.stds[i]! + scale.means[i]!) : figures
    if (own.length === 1) return { value: own[0]! }
    return { value: values ? Object.fromEntries(values.map((name, i) => [name, own[i]!])) : own }
  }
  // One probability of two classes is that of the second.
  const own = target === 'class' && figures.length === 1 ? [1 - figures[0]!, figures[0]!] : figures
  const names = own.map((_, i) => classes?.[i] ?? String(i))
  const probs = Object.fromEntries(names.map((name, i) => [name, own[i]!]))
  if (target === 'multilabel') return { labels: names.filter((_, i) => own[i]! > 0.5), probs }
  return { label: names[own.indexOf(Math.max(...own))]!, probs }
}
