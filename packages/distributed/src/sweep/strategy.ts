import { checkChoice, checkCount, checkOptions, kind, rangeError, show } from '@onecycle/platform'
import { drawn, type Params, type Ranged, sizeOf, stepsOf, streamOf, type Value } from './space.js'

/** Which values trials have, and whether they train to their end. */
export type Strategy = 'grid' | 'random' | 'asha' | AshaOptions

/**
 * Random values, of which the worse are stopped early.
 *
 * Source: ASHA (Li et al. 2020) as trials run that are stopped, and not paused: the rule of Optuna's `SuccessiveHalvingPruner`.
 */
export interface AshaOptions {
  readonly name: 'asha'
  /** One trial of so many goes on at each rung. Default 3. */
  readonly reductionFactor?: number | undefined
  /** Epochs before the first rung; each further one is `reductionFactor` times as far. Default 1. */
  readonly gracePeriod?: number | undefined
}

/** A strategy as it is kept. */
export type Planned =
  | { readonly name: 'grid' | 'random' }
  | { readonly name: 'asha'; readonly reductionFactor: number; readonly gracePeriod: number }

const names = ['grid', 'random', 'asha'] as const

/** @throws TypeError or RangeError for what is no strategy */
export function checkStrategy(strategy: unknown): Planned {
  if (!kind.object.fits(strategy)) {
    const name = checkChoice('sweep: strategy', strategy, names)
    return name === 'asha' ? checkStrategy({ name }) : { name }
  }
  const { name } = strategy as { name?: unknown }
  if (name !== 'asha') {
    checkChoice('sweep: the name of a strategy', name, names)
    checkOptions<{ name: string }>(`The strategy ${show(name)}`, strategy, { name: kind.string })
    return { name: name as 'grid' | 'random' }
  }
  checkOptions<AshaOptions>('The strategy asha', strategy, {
    ...{ name: kind.string, reductionFactor: kind.number, gracePeriod: kind.number },
  })
  const { reductionFactor = 3, gracePeriod = 1 } = strategy as AshaOptions
  return {
    name,
    reductionFactor: checkCount('reductionFactor', reductionFactor, 2),
    gracePeriod: checkCount('gracePeriod', gracePeriod),
  }
}

/**
 * How many trials there are: of a grid all that it has, unless fewer are asked for.
 *
 * @throws RangeError where that cannot be told, or a grid has not so many
 */
export function countTrials({ name }: Planned, space: Readonly<Record<string, Ranged>>, trials: number | undefined): number {
  if (name !== 'grid') {
    if (trials === undefined)
      throw rangeError('missing-option', `sweep: say with trials how many there are to be: ${name} draws as many as one likes.`)
    return checkCount('sweep: trials', trials, 1, 1e6)
  }
  const sizes = Object.entries(space).map(([name, ranged]) => {
    const size = sizeOf(ranged)
    if (size !== undefined) return size
    throw rangeError(
      'sweep-grid',
      `sweep: a grid needs steps of ${name}, whose range has any number of values: { ${ranged.kind}: [...], steps: 5 }.`,
    )
  })
  const all = sizes.reduce((product, size) => product * size, 1)
  if (all > 1e6)
    throw rangeError(
      'sweep-grid',
      `sweep: the grid has ${all} points; at most 1,000,000 can be tried. Take fewer steps, or random.`,
    )
  if (trials === undefined) return all
  return checkCount(`sweep: trials (the grid has ${all} points)`, trials, 1, all)
}

/** The values of a trial: of a grid a point of it, the last name going round the fastest, else drawn by its seed and number alone. */
export function paramsOf({ name }: Planned, space: Readonly<Record<string, Ranged>>, seed: number, trial: number): Params {
  const entries = Object.entries(space)
  if (name !== 'grid') {
    const random = streamOf(seed, trial)
    return Object.fromEntries(entries.map(([name, ranged]) => [name, drawn(ranged, random.fork(`value ${name}`))]))
  }
  const values: [string, Value][] = []
  let left = trial
  for (const [name, ranged] of entries.toReversed()) {
    const steps = stepsOf(ranged)!
    values.unshift([name, steps[left % steps.length]!])
    left = Math.floor(left / steps.length)
  }
  return Object.fromEntries(values)
}

/** The seed of a trial: of its own initial weights and batches. */
export function seedOf(seed: number, trial: number): number {
  return streamOf(seed, trial).fork('seed').bits()
}
