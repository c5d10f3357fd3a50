import { checkCount, checkOptions, type Kinds, kind, plainError, show, typeError } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'

/** How often a callback that looks into a training does so. */
export interface StatsOptions {
  /** Training batches between two looks; the first one is looked at. Default 10. */
  every?: number | undefined
}

/** Norms of the gradients of one batch. */
export interface GradientNorms {
  /** Training batches of the fit before it. */
  readonly train_iter: number
  /** Of all together. */
  readonly norm: number
  /** By parameter. */
  readonly norms: Readonly<Record<string, number>>
}

export const statsKinds: Kinds<StatsOptions> = { every: kind.any }

/** How often it is looked, by the options of `owner`. */
export function everyOf(owner: string, options: StatsOptions, kinds: Kinds<StatsOptions> = statsKinds): number {
  checkOptions<StatsOptions>(owner, options, kinds)
  const { every = 10 } = options
  return checkCount('every', every)
}

/** What was recorded, of a state that `owner` gave. Throws TypeError for what is none. */
export function statsOf<Item>(owner: string, state: { readonly stats: readonly Item[] }): Item[] {
  if (kind.object.fits(state) && kind.listOf(kind.object).fits(state.stats)) return [...state.stats]
  throw typeError('wrong-state', `${owner} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`)
}

/** @throws Error where `owner` has recorded nothing that could be plotted */
export function requireStats<Item>(owner: string, stats: readonly Item[]): readonly Item[] {
  if (stats.length > 0) return stats
  throw plainError(
    'nothing-recorded',
    `Nothing to plot: ${owner} has recorded no batch yet. Give it to a fit: { callbacks: ${owner} }.`,
  )
}

/** Where cells of batches begin and end on an axis, each as wide as there are batches between two looks. */
export function spanOf(stats: readonly { readonly train_iter: number }[]): [number, number] {
  const [first, last] = [stats[0]!.train_iter, stats.at(-1)!.train_iter]
  const half = stats.length > 1 ? (last - first) / (stats.length - 1) / 2 : 0.5
  return [first - half, last + half]
}

export async function readAndDispose(tensor: Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data())
  } finally {
    tensor.dispose()
  }
}
