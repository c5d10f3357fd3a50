import type { Learner } from 'onecycle'
import type { Encoded } from './table.js'

/** How well the rows that were held back are predicted. */
export interface TableResult {
  /** The part of them that is right; or the mean distance from the true value, in its own units. */
  figure: number
  /** The same for who always says the most frequent class, or the mean. */
  guessing: number
  /** Some of them. */
  rows: { predicted: string; actual: string }[]
  notes: string[]
  trained: number
  heldBack: number
}

export async function tableResult(learn: Learner, { valid, train, classes, scale, notes }: Encoded): Promise<TableResult> {
  const { preds, targets } = await learn.get_preds()
  const [values, actual] = (await Promise.all([preds.data(), targets.data()])).map(read => Array.from(read)) as [
    number[],
    number[],
  ]
  for (const tensor of [preds, targets]) tensor.dispose()

  const width = classes?.length ?? 1
  const said = actual.map((_, i) => (classes ? likeliest(values.slice(i * width, (i + 1) * width)) : values[i]!))
  const distance = (predicted: number, i: number) =>
    classes ? Number(predicted === actual[i]) : Math.abs(predicted - actual[i]!) * scale.deviation
  const mean = (predicted: number[]) => predicted.map(distance).reduce((sum, d) => sum + d, 0) / actual.length
  const guess = classes ? mostFrequent(Array.from(train.y)) : 0
  const text = (value: number) => classes?.[value] ?? String(Number((value * scale.deviation + scale.mean).toPrecision(4)))
  return {
    figure: mean(said),
    guessing: mean(actual.map(() => guess)),
    rows: said.slice(0, 8).map((predicted, i) => ({ predicted: text(predicted), actual: text(actual[i]!) })),
    ...{ notes, trained: train.length, heldBack: valid.length },
  }
}

const likeliest = (values: readonly number[]) => values.indexOf(Math.max(...values))

function mostFrequent(labels: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}
