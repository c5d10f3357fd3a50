import type { Reading, Scores } from './answers.js'
import type { Ranked } from './rank-curves.js'

/**
 * The samples of a pass as each class or label ranks them; class 1 alone where there are two. Logits of several classes become the logit of
 * each against all others: it ranks as the probability does, which rounds to 1 early.
 */
export function rankedOf(batches: readonly Scores[], holds: Reading['holds']): Ranked[] {
  const { form, classes } = batches[0]!
  const units = form === 'binary' ? 1 : classes
  const only = form !== 'labels' && classes === 2
  return Array.from({ length: only ? 1 : classes }, (_, i) => ranked(batches, units, only ? 1 : i, holds))
}

/** All of them as one. */
export function joined(all: readonly Ranked[]): Ranked {
  return {
    scores: all.flatMap(({ scores }) => Array.from(scores)),
    positive: all.flatMap(({ positive }) => Array.from(positive)),
    weights: all[0]!.weights && all.flatMap(({ weights }) => Array.from(weights!)),
  }
}

/** The weight of those that are looked for. */
export function positives({ positive, weights }: Ranked): number {
  let sum = 0
  for (let i = 0; i < positive.length; i++) if (positive[i]) sum += weights ? weights[i]! : 1
  return sum
}

function ranked(batches: readonly Scores[], units: number, label: number, holds: Reading['holds']): Ranked {
  const length = batches.reduce((sum, { scores }) => sum + scores.length / units, 0)
  const scores = new Float64Array(length)
  const positive = new Uint8Array(length)
  const weighted = batches.some(({ weights }) => weights)
  const weights = new Float64Array(weighted ? length : 0)
  let at = 0
  for (const batch of batches) {
    const { form, actual } = batch
    const places = batch.scores.length / units
    for (let i = 0; i < places; i++, at++) {
      scores[at] =
        form === 'class' && holds === 'logits'
          ? against(batch.scores, i * units, units, label)
          : batch.scores[i * units + (form === 'binary' ? 0 : label)]!
      positive[at] = Number(form === 'labels' ? actual[i * units + label]! : actual[i] === label)
      if (weighted) weights[at] = batch.weights?.[i] ?? 1
    }
  }
  return { scores, positive, weights: weighted ? weights : undefined }
}

/** The logit of one class against all others: its own less the logarithm of the others' summed exponentials. */
function against(logits: Float32Array, start: number, classes: number, label: number): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < classes; i++) if (i !== label) highest = Math.max(highest, logits[start + i]!)
  let sum = 0
  for (let i = 0; i < classes; i++) if (i !== label) sum += Math.exp(logits[start + i]! - highest)
  return logits[start + label]! - highest - Math.log(sum)
}
