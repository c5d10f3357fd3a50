import { type Kinds, kind } from '@onecycle/platform'
import { type Axis, shows } from '../chart.js'
import { axisScale, placer, tickLabels } from '../ticks.js'

/** One of the axes that stand side by side. */
export interface ParallelAxis extends Pick<Axis, 'label' | 'log' | 'integer'> {
  /** Names in the place of numbers: a line has the index of one, from 0, the first at the top. */
  categories?: readonly string[] | undefined
}

export const parallelAxisKinds: Kinds<ParallelAxis> = {
  ...{ label: kind.string, log: kind.boolean, integer: kind.boolean, categories: kind.listOf(kind.string) },
}

/** Where on an axis its values and labels lie. */
export interface Placed {
  /** From 0, at the top, to 1; NaN for what the axis cannot show. */
  place(value: number): number
  readonly ticks: readonly { readonly at: number; readonly label: string }[]
}

/**
 * Lays an axis out.
 *
 * @param values all that lies on it
 * @param count about how many ticks it may have
 */
export function placedOn(axis: ParallelAxis, values: readonly number[], count: number): Placed {
  const { categories } = axis
  if (categories) {
    const place = (index: number) => (categories[index] === undefined ? Number.NaN : (index + 0.5) / categories.length)
    return { place, ticks: categories.map((label, i) => ({ at: place(i), label })) }
  }
  const shown = values.filter(value => shows(axis, value))
  const extent: [number, number] = shown.length > 0 ? [Math.min(...shown), Math.max(...shown)] : axis.log ? [1, 10] : [0, 1]
  const { domain, ticks } = axisScale(axis, extent, count, true)
  const upward = placer(axis, domain)
  const labels = tickLabels(ticks, axis)
  return { place: value => 1 - upward(value), ticks: ticks.map((tick, i) => ({ at: 1 - upward(tick), label: labels[i]! })) }
}
