import { checkCount, checkOptions, kind, Random, rangeError, show, typeError } from '@onecycle/platform'
import { type Labels, membersOf, requireLabels } from './members-of.js'
import { type Split, validCount } from './random-split.js'

/**
 * As {@link randomSplit}, with as large a part of each class on both sides, to within one sample. At least one sample of each class is
 * trained on.
 *
 * @param labels the class of each sample
 *
 * @example
 * const [train, valid] = stratifiedSplit(['a', 'a', 'a', 'a', 'b', 'b'], 0.5, 42) // two of a and one of b in each
 */
export function stratifiedSplit(labels: Labels, valid_pct: number, seed = 0): Split {
  const wanted = validCount(requireLabels('labels', labels), valid_pct)
  const random = new Random(seed).fork('split')
  const classes = membersOf(labels).map(members => random.shuffle(members))
  // What is left over after whole samples goes to the classes with the largest fractions (Hamilton's method).
  const counts = classes.map(({ length }) => Math.floor(length * valid_pct))
  const byFraction = classes.map(({ length }, i) => [(length * valid_pct) % 1, i] as const).sort((a, b) => b[0] - a[0])
  let open = wanted - counts.reduce((sum, count) => sum + count, 0)
  for (const [, i] of byFraction) {
    if (open === 0) break
    if (counts[i]! + 1 >= classes[i]!.length) continue
    counts[i]!++
    open--
  }
  return sides(
    labels.length,
    new Set(classes.flatMap((members, i) => members.slice(0, counts[i]!))),
    'every class has but one sample',
  )
}

/**
 * Validates on the latest samples, about `valid_pct` of them: none that is trained on is as late as any of them.
 *
 * @param times of the samples, such as milliseconds
 * @throws RangeError when a time is missing, or all are the same; and as {@link randomSplit}
 *
 * @example
 * const [train, valid] = timeSplit([2001, 2004, 2002, 2003], 0.25) // 2004 validates
 */
export function timeSplit(times: ArrayLike<number>, valid_pct: number): Split {
  const count = validCount(requireLabels('times', times), valid_pct)
  const sorted = Float64Array.from(times).sort()
  if (Number.isNaN(sorted.at(-1)))
    throw rangeError('missing-value', 'A time is missing: a sample without one is neither early nor late. Leave it out.')
  const first = sorted[sorted.length - count]!
  const later = indicesWhere(times.length, i => times[i]! >= first)
  return sides(times.length, new Set(later), `the first ${times.length - count} samples are as late as those that come after`)
}

/**
 * As {@link randomSplit}, with all samples of a group on one side: those of one person, say, of whom training would know already.
 * Groups are taken at random as long as the validation set comes closer to its size.
 *
 * @param groups the group of each sample
 * @throws RangeError when there is but one group; and as {@link randomSplit}
 *
 * @example
 * const [train, valid] = groupSplit(['ann', 'bob', 'ann', 'cy'], 0.25, 42)
 */
export function groupSplit(groups: Labels, valid_pct: number, seed = 0): Split {
  const wanted = validCount(requireLabels('groups', groups), valid_pct)
  const order = new Random(seed).fork('split').shuffle(membersOf(groups))
  const chosen = new Set<number>()
  for (const members of order.slice(0, -1)) {
    const misses = Math.abs(wanted - chosen.size)
    if (chosen.size === 0 || Math.abs(wanted - chosen.size - members.length) < misses)
      for (const member of members) chosen.add(member)
  }
  return sides(groups.length, chosen, 'all samples are of one group')
}

/**
 * Validates on the samples that are marked.
 *
 * @param marks true, or 1, for those to validate on
 *
 * @example
 * const [train, valid] = markedSplit([false, true, false]) // [0, 2] and [1]
 */
export function markedSplit(marks: ArrayLike<boolean | number>): Split {
  requireLabels('marks', marks)
  const wrong = Array.from(marks).findIndex(mark => Number(mark) !== 0 && Number(mark) !== 1)
  if (wrong !== -1)
    throw rangeError(
      'split',
      `Mark ${wrong} is ${show(marks[wrong])}; expected true or 1 for samples to validate on, false or 0 for others.`,
    )
  return sides(marks.length, new Set(indicesWhere(marks.length, i => Boolean(marks[i]))), 'all samples have the same mark')
}

/** What `kFold` is given: the seed, and labels or groups that folds respect. */
export interface KFoldOptions {
  /** Decides who is where. Default 0. */
  seed?: number | undefined
  /** The class of each sample: each fold has its part of each class, to within one sample. */
  labels?: Labels | undefined
  /** The group of each sample: each is in one fold. */
  groups?: Labels | undefined
}

/**
 * k ways to divide the indices 0 to n - 1, each index validating in one of them; folds are of one size, to within one sample, unless
 * groups keep together.
 *
 * @throws RangeError when there are fewer samples, or groups, than folds; TypeError for both labels and groups
 *
 * @example
 * const folds = kFold(150, 5, { seed: 42 })
 * const [train, valid] = folds[0]! // 120 and 30 indices
 */
export function kFold(n: number, k: number, options: KFoldOptions = {}): Split[] {
  checkCount('n', n, 2)
  checkCount('k', k, 2, n)
  checkOptions<KFoldOptions>('kFold', options, { seed: kind.number, labels: kind.any, groups: kind.any })
  const { seed = 0, labels, groups } = options
  if (labels && groups) throw typeError('one-or-other', 'Both labels and groups are given: choose what the folds are made by.')
  for (const [what, list] of Object.entries({ labels, groups }))
    if (list !== undefined && requireLabels(what, list) !== n)
      throw rangeError('lengths-differ', `There are ${list.length} ${what} for ${n} samples; expected one for each.`)
  const random = new Random(seed).fork('split')
  const folds = new Int32Array(n)
  if (groups) {
    const sizes = new Array<number>(k).fill(0)
    const all = random.shuffle(membersOf(groups)).sort((a, b) => b.length - a.length)
    if (all.length < k)
      throw rangeError('split', `There are ${all.length} groups for ${k} folds; expected one for each at least.`)
    for (const members of all) {
      const fold = sizes.indexOf(Math.min(...sizes))
      sizes[fold]! += members.length
      for (const member of members) folds[member] = fold
    }
  } else {
    const order = labels ? membersOf(labels).flatMap(members => random.shuffle(members)) : random.permutation(n)
    for (const [i, member] of order.entries()) folds[member] = i % k
  }
  return Array.from({ length: k }, (_, fold) => [
    indicesWhere(n, i => folds[i] !== fold),
    indicesWhere(n, i => folds[i] === fold),
  ])
}

function indicesWhere(n: number, holds: (i: number) => boolean): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i).filter(holds)
}

function sides(n: number, chosen: ReadonlySet<number>, otherwise: string): Split {
  const split: Split = [indicesWhere(n, i => !chosen.has(i)), indicesWhere(n, i => chosen.has(i))]
  if (split.every(side => side.length > 0)) return split
  throw rangeError('empty-split', `There is nothing to ${split[0].length === 0 ? 'train' : 'validate'} on: ${otherwise}.`)
}
