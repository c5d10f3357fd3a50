import type { Encoded, EncodedSample } from './item-encoder.js'

/** What was read of the items of a batch. */
export interface Samples {
  readonly count: number
  readonly runs: readonly Run[]
  /** For those that could not be read, by their places, errors that name their items. */
  readonly errors: ReadonlyMap<number, Error>
}

/** Samples whose inputs and targets have the same shapes: as one what is told and copied of many. */
export interface Run {
  /** Where in the batch they are, in rising order. */
  readonly places: ArrayLike<number>
  /** Each with the numbers of all of them, one after the other, and the shape of one. */
  readonly xs: readonly Encoded[]
  readonly ys: readonly Encoded[]
}

/** What each of a list is, sample or error. */
export function samplesOf(list: readonly (EncodedSample | Error)[]): Samples {
  const runs: Run[] = []
  const errors = new Map<number, Error>()
  for (const [i, each] of list.entries())
    if (each instanceof Error) errors.set(i, each)
    else runs.push({ places: [i], xs: each.xs, ys: each.ys })
  return { count: list.length, runs, errors }
}

/** Each sample by itself, undefined in the place of one that could not be read. Their numbers are those of the runs, not copies. */
export function apart({ count, runs }: Samples): (EncodedSample | undefined)[] {
  const samples = new Array<EncodedSample | undefined>(count).fill(undefined)
  for (const { places, xs, ys } of runs)
    for (let i = 0; i < places.length; i++) {
      const one = (all: Encoded): Encoded => {
        const size = all.values.length / places.length
        return { ...all, values: all.values.subarray(i * size, (i + 1) * size) }
      }
      samples[places[i]!] = places.length === 1 ? { xs, ys } : { xs: xs.map(one), ys: ys.map(one) }
    }
  return samples
}
