import { heatPanel, type Panel } from '@onecycle/plot'
import { formatNumber } from '@onecycle/plot/internal'
import type { Answers } from '../metric/answers.js'

/** How often each class (row) was taken for each (column); with weights, what these samples count. */
export function confusionOf({ classes, predicted, actual, weights }: Answers): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let i = 0; i < actual.length; i++) counts[actual[i]!]![predicted[i]!]! += weights ? weights[i]! : 1
  return counts
}

/** Each row as shares of it; a class that does not occur has none. */
export function inShares(counts: readonly (readonly number[])[]): number[][] {
  return counts.map(row => {
    const sum = row.reduce((sum, count) => sum + count, 0)
    return row.map(count => count / sum)
  })
}

/** Pairs of different classes that were taken for each other at least so often, the most frequent first. */
export function mostConfused(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  min_val: number,
): [actual: string, predicted: string, count: number][] {
  return counts
    .flatMap((row, i) => row.map((count, j) => [classes[i]!, classes[j]!, i === j ? 0 : count] as [string, string, number]))
    .filter(([, , count]) => count >= min_val && count > 0)
    .sort((a, b) => b[2] - a[2])
}

/** Classes up to which cells say 0 too: among more, what is confused would drown in them. */
const fewClasses = 12

/** The matrix as a heat map, what is predicted from left to right. */
export function confusionPanel(counts: readonly (readonly number[])[], classes: readonly string[], normalize: boolean): Panel {
  const values = normalize ? inShares(counts) : counts
  const written = (value: number) => {
    if (Number.isNaN(value) || (value === 0 && classes.length > fewClasses)) return ''
    return normalize ? value.toFixed(2) : formatNumber(value)
  }
  const most = Math.max(...counts.flat())
  return heatPanel({
    title: normalize ? 'Confusion matrix, in shares of each class' : 'Confusion matrix',
    x: { label: 'Predicted', categories: classes },
    y: { label: 'Actual', categories: classes },
    values,
    text: values.map(row => row.map(written)),
    domain: [0, normalize ? 1 : most || 1],
  })
}
