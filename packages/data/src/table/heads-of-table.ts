import type { Dataset } from '../dataset.js'
import type { Head } from '../target.js'
import type { FittedTable } from './fit-tabular.js'

/** What a data set of a table says of its targets. */
export function headsOfTable({ targets, named }: FittedTable): Pick<
  Dataset,
  'target' | 'targetShape' | 'c' | 'heads' | 'targetName'
> & {
  classes: readonly string[] | undefined
} {
  const heads = targets.map(
    ({ name, target, shape, c, classes }) => [name, { target, targetShape: shape, c, classes } satisfies Head] as const,
  )
  if (heads.length === 1)
    return { ...heads[0]![1], classes: heads[0]![1].classes, heads: undefined, targetName: named ? heads[0]![0] : undefined }
  const none = { targetShape: [], c: undefined, classes: undefined, targetName: undefined }
  if (heads.length === 0) return { ...none, target: 'none', heads: undefined }
  return { ...none, target: 'heads', heads: Object.fromEntries(heads) }
}
