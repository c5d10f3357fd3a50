import type { Answers, Reading, Scores } from '../metric/answers.js'

/**
 * The probability of each class (two where one unit says yes or no) or label at each place, one place after the other, worked out in
 * float64.
 */
export function probabilitiesOf({ form, classes, scores }: Scores, holds: Reading['holds']): Float64Array {
  const logits = holds === 'logits'
  if (form === 'labels') return Float64Array.from(scores, score => (logits ? sigmoid(score) : score))
  if (form === 'binary') {
    const all = new Float64Array(2 * scores.length)
    for (let i = 0; i < scores.length; i++) {
      const yes = logits ? sigmoid(scores[i]!) : scores[i]!
      all[2 * i] = 1 - yes
      all[2 * i + 1] = yes
    }
    return all
  }
  const all = Float64Array.from(scores)
  if (logits) for (let start = 0; start < all.length; start += classes) softmax(all.subarray(start, start + classes))
  return all
}

/** What is answered at each place: the most likely class, or of each label whether its probability is above a half. */
export function answersFrom(scores: Scores, probabilities: Float64Array): Answers {
  const { form, classes, actual, weights } = scores
  if (form === 'labels') return { ...scores, predicted: Int32Array.from(probabilities, each => Number(each > 0.5)) }
  const predicted = new Int32Array(actual.length)
  for (let i = 0; i < actual.length; i++) {
    for (let c = 1; c < classes; c++)
      if (probabilities[i * classes + c]! > probabilities[i * classes + predicted[i]!]!) predicted[i] = c
  }
  return { form, classes, actual, weights, predicted }
}

function softmax(logits: Float64Array): void {
  const highest = Math.max(...logits)
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += logits[i] = Math.exp(logits[i]! - highest)
  for (let i = 0; i < logits.length; i++) logits[i]! /= sum
}

function sigmoid(logit: number): number {
  return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit))
}
