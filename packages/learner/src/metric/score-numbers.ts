import { forms, type Reading, type Scores } from './answers.js'

/** All scores of a pass as numbers, for {@link scoresOfNumbers}. */
export function numbersOf(batches: readonly Scores[], holds: Reading['holds']): Float64Array {
  const { form, classes } = batches[0]!
  const weighted = batches.some(({ weights }) => weights)
  const sum = (of: 'scores' | 'actual') => batches.reduce((all, batch) => all + batch[of].length, 0)
  const [scores, actual] = [sum('scores'), sum('actual')]
  const places = form === 'labels' ? actual / classes : actual
  const head = [forms.indexOf(form), classes, Number(holds === 'logits'), scores, actual, Number(weighted)]
  const all = new Float64Array(head.length + scores + actual + (weighted ? places : 0)).fill(1)
  all.set(head)
  let at = head.length
  const put = (values: ArrayLike<number> | undefined, length: number) => {
    if (values) all.set(values, at)
    at += length
  }
  for (const batch of batches) put(batch.scores, batch.scores.length)
  for (const batch of batches) put(batch.actual, batch.actual.length)
  if (weighted)
    for (const { weights, actual } of batches) put(weights, form === 'labels' ? actual.length / classes : actual.length)
  return all
}

/** The scores again, as those of one batch. */
export function scoresOfNumbers(numbers: Float64Array): { scores: Scores; holds: Reading['holds'] } {
  const [form, classes, logits, scores, actual, weighted] = numbers as unknown as [number, number, number, number, number, number]
  const rest = numbers.subarray(6)
  return {
    holds: logits ? 'logits' : 'probabilities',
    scores: {
      form: forms[form]!,
      classes,
      scores: Float32Array.from(rest.subarray(0, scores)),
      actual: Int32Array.from(rest.subarray(scores, scores + actual)),
      weights: weighted ? Float32Array.from(rest.subarray(scores + actual)) : undefined,
    },
  }
}
