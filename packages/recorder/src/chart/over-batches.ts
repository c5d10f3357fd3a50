import type { History } from '../history.js'

/** `[index + 1, y]` for each value: a curve over training batches, the first of which is batch 1. */
export function overBatches(values: readonly number[], skipStart = 0, skipEnd = 0): [number, number][] {
  return values.slice(skipStart, values.length - skipEnd).map((y, i) => [skipStart + i + 1, y])
}

/** `[training batches so far, value]` of each epoch that has a value. */
export function atEpochEnds(history: History, values: readonly (number | null)[]): [number, number][] {
  let batches = 0
  return history.nb_batches.flatMap((n, epoch): [number, number][] => {
    batches += n
    const value = values[epoch] ?? null
    return value === null ? [] : [[batches, value]]
  })
}

/** `[epochs so far, value]` of each epoch that has a value. */
export function overEpochs(values: readonly (number | null)[]): [number, number][] {
  return values.flatMap((value, epoch): [number, number][] => (value === null ? [] : [[epoch + 1, value]]))
}

/** Most ends of epochs that are ruled off. */
const mostRules = 20

/** Where epochs ended before the last batch, each or every so many of them, to be ruled off on an axis of batches. */
export function epochRules({ nb_batches, losses }: History): { note?: string; rules: number[] } {
  let batches = 0
  const ends = nb_batches.map(n => (batches += n)).filter(end => end < losses.length)
  const every = [1, 2, 5, 10, 20, 50, 100].find(every => ends.length / every <= mostRules) ?? Math.ceil(ends.length / mostRules)
  const rules = ends.filter((_, i) => (i + 1) % every === 0)
  return { rules, ...(rules.length > 0 && { note: every === 1 ? 'rules: epochs' : `rules: every ${every} epochs` }) }
}
