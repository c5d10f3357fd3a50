import { checkCount, foreignName, kind, nearestName, Random, rangeError, show, typeError } from '@onecycle/platform'

/** What a hyper-parameter may be: plain data, so that a file holds it. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }

/** A range of numbers, from one end to the other. */
export interface Range {
  /** So many values in place of all, at equal distances (of a `logUniform`: at equal ratios), both ends among them. A grid needs it. */
  readonly steps?: number | undefined
}

/**
 * Where the values of a hyper-parameter come from: one of a list; a number that is drawn evenly from a range (`uniform`), evenly in its logarithm (`logUniform`), or
 * whole, both ends included (`int`); or what is the same in all trials.
 */
export type Dimension =
  | readonly Value[]
  | { readonly choice: readonly Value[] }
  | (Range & { readonly uniform: readonly number[] })
  | (Range & { readonly logUniform: readonly number[] })
  | (Range & { readonly int: readonly number[] })
  | string
  | number
  | boolean

/** The hyper-parameters of a sweep by name. Plain data: a config file and a program say it alike. */
export type Space = Readonly<Record<string, Dimension>>

type ValueOf<D> = D extends readonly (infer Item)[]
  ? Item
  : D extends { readonly choice: readonly (infer Item)[] }
    ? Item
    : D extends string | number | boolean
      ? D
      : number

/** What a trial gets of a space: a value for each name. */
export type Params<S extends Space = Space> = { readonly [Name in keyof S]: ValueOf<S[Name]> }

const ranges = ['uniform', 'logUniform', 'int'] as const
const words = ['choice', ...ranges] as const

/** A dimension as it is kept. */
export type Ranged =
  | { readonly kind: 'choice'; readonly values: readonly Value[] }
  | { readonly kind: (typeof ranges)[number]; readonly low: number; readonly high: number; readonly steps: number | undefined }

/**
 * A dimension as it is drawn from.
 *
 * @param name how messages call it
 * @throws TypeError for what is none, RangeError for ends and steps that make no range
 */
export function rangedOf(name: string, dimension: unknown): Ranged {
  if (Array.isArray(dimension)) return choiceOf(name, dimension)
  if (['string', 'boolean'].includes(typeof dimension) || Number.isFinite(dimension)) return choiceOf(name, [dimension as Value])
  const word = kind.object.fits(dimension) ? words.find(each => Object.hasOwn(dimension as object, each)) : undefined
  if (word === undefined) throw typeError('sweep-space', `${name} is ${show(dimension)}; ${expected}${meant(dimension)}`)
  const { [word]: inner, ...others } = dimension as Record<string, unknown>
  const { steps, ...unknown } = others
  const [stray] = Object.keys(word === 'choice' ? others : unknown)
  if (stray !== undefined) throw typeError('sweep-space', `${name} has ${word} and ${stray}; ${expected}`)
  if (word === 'choice') return choiceOf(name, inner)
  return rangeOf(name, word, inner, steps)
}

const expected =
  'expected a list to choose from, { choice: [16, 32] }, { uniform: [0, 0.5] }, { logUniform: [1e-4, 1e-1] } or { int: [1, 4] }, the last three with steps where a grid is to have them.'

function meant(dimension: unknown): string {
  const [given] = kind.object.fits(dimension) ? Object.keys(dimension as object) : []
  const nearest = given === undefined ? undefined : (foreignName(given, words) ?? nearestName(given, words))
  return nearest === undefined ? '' : ` Did you mean ${nearest}?`
}

function choiceOf(name: string, values: unknown): Ranged {
  if (!Array.isArray(values) || values.length === 0)
    throw typeError('sweep-space', `${name} has nothing to choose from: ${show(values)}; expected a list of one value or more.`)
  const odd = values.find(value => !isPlain(value))
  if (odd !== undefined || values.includes(undefined))
    throw typeError(
      'sweep-space',
      `${name} has the value ${show(odd)}; expected numbers, words, true, false, and lists and objects of these, which a file can hold.`,
    )
  return { kind: 'choice', values }
}

function isPlain(value: unknown, depth = 0): value is Value {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (depth > 8 || !(Array.isArray(value) || (kind.object.fits(value) && Object.getPrototypeOf(value) === Object.prototype)))
    return false
  return Object.values(value as object).every(each => isPlain(each, depth + 1))
}

function rangeOf(name: string, word: (typeof ranges)[number], ends: unknown, steps: unknown): Ranged {
  if (!Array.isArray(ends) || ends.length !== 2 || !ends.every(end => Number.isFinite(end)))
    throw typeError(
      'sweep-space',
      `${name}: ${word} is ${show(ends)}; expected its two ends, such as ${word}: ${examples[word]}.`,
    )
  const [low, high] = ends as [number, number]
  if (low >= high)
    throw rangeError(
      'sweep-space',
      `${name}: ${word} begins at ${low} and ends at ${high}; the first has to be less than the second.`,
    )
  if (word === 'logUniform' && low <= 0)
    throw rangeError('sweep-space', `${name}: logUniform begins at ${low}; it has to be above 0, where logarithms begin.`)
  if (word === 'int' && !ends.every(end => Number.isSafeInteger(end) && high - low < 2 ** 32))
    throw rangeError('sweep-space', `${name}: int has the ends ${low} and ${high}; expected whole numbers less than 2^32 apart.`)
  return { kind: word, low, high, steps: steps === undefined ? undefined : checkCount(`${name}: steps`, steps, 2, 10_000) }
}

const examples = { uniform: '[0, 0.5]', logUniform: '[1e-4, 1e-1]', int: '[1, 4]' }

/**
 * All values of a dimension that has so many.
 *
 * @returns undefined for a range without steps
 */
export function stepsOf(ranged: Ranged): readonly Value[] | undefined {
  if (ranged.kind === 'choice') return ranged.values
  const { kind, low, high } = ranged
  const steps = ranged.steps ?? (kind === 'int' ? high - low + 1 : undefined)
  if (steps === undefined) return undefined
  const between = (share: number) =>
    kind === 'logUniform' ? rounded(low * (high / low) ** share) : rounded(low + (high - low) * share)
  const values = Array.from({ length: steps }, (_, i) => (i === 0 ? low : i === steps - 1 ? high : between(i / (steps - 1))))
  return kind === 'int' ? [...new Set(values.map(Math.round))] : values
}

/** How many values a dimension has. @returns undefined for a range without steps */
export function sizeOf(ranged: Ranged): number | undefined {
  return ranged.kind === 'int' && ranged.steps === undefined ? ranged.high - ranged.low + 1 : stepsOf(ranged)?.length
}

/** A value of a dimension at random. */
export function drawn(ranged: Ranged, random: Random): Value {
  if (ranged.kind === 'int' && ranged.steps === undefined) return ranged.low + random.int(ranged.high - ranged.low + 1)
  const values = stepsOf(ranged)
  if (values) return values[random.int(values.length)]!
  const { kind, low, high } = ranged as Exclude<Ranged, { kind: 'choice' }>
  if (kind === 'uniform') return random.uniform(low, high)
  return Math.min(high, Math.max(low, rounded(Math.exp(random.uniform(Math.log(low), Math.log(high))))))
}

/** Logarithms differ between engines in their last digit, which is left out: a trial has the same values anywhere. */
function rounded(value: number): number {
  return Number(value.toPrecision(12))
}

/** What is drawn for a trial of a seed: a stream of its own, whatever other trials there are. */
export function streamOf(seed: number, trial: number): Random {
  return new Random(seed).fork(`trial ${trial}`)
}
