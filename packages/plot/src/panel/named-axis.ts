import { type Kinds, kind, rangeError } from '@onecycle/platform'
import { axisEncoding } from '../axis-encoding.js'
import type { Axis } from '../chart.js'
import type { Json } from '../json.js'
import { cutAmid } from '../render/wrap.js'
import type { Look } from '../theme.js'
import { type AxisScale, axisScale, tickLabels } from '../ticks.js'

/** An axis that may have names in the place of numbers. */
export interface NamedAxis extends Pick<Axis, 'label' | 'integer'> {
  /** One for each row, column or bar, which lies at its index: on x from the left, on y from the top down. */
  categories?: readonly string[] | undefined
}

/** Where an axis begins and ends, and what it says where. */
export interface NamedScale extends AxisScale {
  labels: readonly string[]
}

/** Names have half a step of room on both sides; numbers reach from end to end, or to ticks where these are to be round. */
export function namedScale(
  axis: NamedAxis,
  field: 'x' | 'y',
  extent: readonly [number, number],
  { count = 6, round = false }: { count?: number; round?: boolean } = {},
): NamedScale {
  const { categories } = axis
  if (categories) {
    const ends: [number, number] = [-0.5, categories.length - 0.5]
    return { domain: field === 'y' ? [ends[1], ends[0]] : ends, ticks: [...categories.keys()], labels: categories }
  }
  const { domain, ticks } = axisScale(axis, [...extent], count, round)
  return { domain, ticks, labels: tickLabels(ticks, axis) }
}

/** The labels, names cut to so many characters: in their middle, as many differ at their ends. */
export function namedLabels({ categories }: NamedAxis, { labels }: NamedScale, most: number): readonly string[] {
  return categories ? labels.map(name => cutAmid(name, most)) : labels
}

/** Width of a letter of 1 pixel, on average. */
export const letter = 0.62

/** Letters of a name that a picture shows: beside what is drawn there is more room than below it. */
const mostLetters = { x: 40, y: 60 }
/** On a page at most this share of the panel is for names. */
const mostOfPage = 0.45

export interface Area {
  width: number
  height: number
  /** Letters that names on each axis may have. */
  letters: Readonly<Record<'x' | 'y', number>>
}

const widest = (names: readonly string[], most: number) => Math.min(most, Math.max(...names.map(name => name.length)))

/** What is left between the axes: on a page, what is around them comes out of the panel's size. */
export function areaOf(look: Look, columns: number, x: NamedAxis, y: NamedAxis): Area {
  const { width, height } = look.panelSize(columns)
  if (!look.fits) return { width, height, letters: mostLetters }
  const inPage = (pixels: number) => Math.floor((pixels * mostOfPage) / (letter * 11))
  const letters = { x: Math.min(mostLetters.x, inPage(height)), y: Math.min(mostLetters.y, inPage(width)) }
  const across = (names: readonly string[] | undefined, most: number) => (names ? widest(names, most) * letter * 11 : 30)
  const beside = across(y.categories, letters.y) + (y.label ? 30 : 0)
  const isTurned = x.categories && across(x.categories, letters.x) * x.categories.length > width - beside
  const below = (isTurned ? across(x.categories, letters.x) * 0.7 : 20) + (x.label ? 30 : 0)
  return { width: Math.max(60, width - beside - 16), height: Math.max(60, height - below - 36), letters }
}

/** The axis in Vega-Lite; names get smaller, and on x are turned, where there are many in so many pixels. */
export function namedEncoding(field: 'x' | 'y', axis: NamedAxis, scale: NamedScale, area: Area, grid: boolean): Json {
  const encoding = axisEncoding(field, axis, scale, namedLabels(axis, scale, area.letters[field]))
  const { categories } = axis
  if (!categories) return { ...encoding, axis: { ...(encoding['axis'] as Json), grid } }
  const room = (field === 'x' ? area.width : area.height) / categories.length
  const isTurned = field === 'x' && widest(categories, area.letters.x) * letter * 12 + 8 > room
  const isSteep = room < 26
  const turn = { labelAngle: isSteep ? -90 : -40, labelAlign: 'right', labelBaseline: 'middle' }
  const names = {
    grid: false,
    ticks: false,
    labelFontSize: Math.max(8, Math.min(isTurned ? 11 : 12, Math.floor(room * 0.85))),
    labelLimit: 0,
    // Vega takes longer labels for shorter ones, and has the title among them.
    maxExtent: 600,
    labelOverlap: room < 9 && 'greedy',
    ...(isTurned && turn),
  }
  return { ...encoding, axis: { ...(encoding['axis'] as Json), ...names } }
}

/** What the options of such an axis may be. */
export const axisKinds: Kinds<NamedAxis> = { label: kind.string, integer: kind.boolean, categories: kind.listOf(kind.string) }

/** @throws RangeError where an axis has other than one name for each row, column or bar */
export function checkCategories(owner: string, { categories }: NamedAxis, count: number, of: string): void {
  if (categories && categories.length !== count)
    throw rangeError('panel-data', `${owner} has ${categories.length} categories, but there are ${count} ${of}.`)
}
