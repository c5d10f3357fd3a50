import { checkOptions, kind, plainError, rangeError, show, typeError } from '@onecycle/platform'
import type { Panel } from '../chart.js'
import { formatNumber } from '../render/number.js'
import type { ColorScaleKind } from './color-scale.js'
import { extentOf, type Grid } from './grid.js'
import type { Heat, HeatAxis } from './heat.js'
import { heatLayers } from './heat-layers.js'
import { heatLines } from './heat-lines.js'
import { axisKinds, checkCategories, type NamedAxis } from './named-axis.js'

/** What `heatPanel` draws: numbers as colours, with the axes, the text of a cell and the scale. */
export interface HeatPanelOptions {
  /** Default: none. */
  title?: string | undefined
  x: HeatAxis
  y: HeatAxis
  /**
   * One list a row, all equally long: from the top where y has categories, as a matrix is read, and else from the bottom, as numbers
   * grow. What is not finite stays empty.
   */
  values: Grid
  /** What stands in the cells where it has room, in the shape of the values. Default: nothing. */
  text?: readonly (readonly string[])[] | undefined
  /** Whether colours go from little to much, or away from zero to both sides. Default 'sequential'. */
  scale?: ColorScaleKind | undefined
  /** Values of the first and the last colour. Default: the lowest and highest that there are, for 'diverging' equally far from zero. */
  domain?: readonly [number, number] | undefined
  /** What the values are, beside the colours. Default: nothing. */
  label?: string | undefined
}

/**
 * A panel of cells coloured by their values, such as a confusion matrix, or histograms over time. Colour-blind readers can tell the colours
 * apart, on light pages and on dark ones. More than 2,500 cells become one picture inside the drawing.
 *
 * @throws TypeError for an unknown or ill-typed option, RangeError for shapes that do not go together, Error where no value is finite
 *
 * @example
 * const categories = ['cat', 'dog']
 * const values = [[9, 1], [2, 8]]
 * const panel = heatPanel({
 *   x: { label: 'Predicted', categories },
 *   y: { label: 'Actual', categories },
 *   values,
 *   text: values.map(row => row.map(String)),
 * })
 * console.log(String(new Plot({ panels: [panel] })))
 */
export function heatPanel(options: HeatPanelOptions): Panel {
  checkOptions<HeatPanelOptions>('heatPanel', options, {
    ...{ title: kind.string, x: kind.object, y: kind.object, values: kind.listOf(kind.listOf(number)) },
    ...{ text: kind.listOf(kind.listOf(kind.string)), scale: kind.choice('sequential', 'diverging') },
    ...{ domain: kind.listOf(kind.number), label: kind.string },
  })
  const heat = completed(options)
  return {
    title: heat.title,
    x: heat.x,
    y: heat.y,
    series: [],
    drawn: {
      layers: (look, columns) => heatLayers(heat, look, columns),
      lines: (width, height, pen) => heatLines(heat, width, height, pen),
      words: () => inWords(heat),
      at: (x, y) => cellAt(heat, x, y),
      source: ['heat', options],
    },
  }
}

/** NaN is a cell that stays empty. */
const number = { expected: 'a number', fits: (value: unknown) => typeof value === 'number' }

function completed({ title = '', x, y, values, text, scale = 'sequential', domain, label }: HeatPanelOptions): Heat {
  if (!x || !y || !values) throw typeError('panel-data', `heatPanel takes { x, y, values }, but got ${show({ x, y, values })}.`)
  const columns = values[0]?.length ?? 0
  if (columns === 0 || values.some(row => row.length !== columns))
    throw rangeError('panel-data', 'heatPanel: values must be rows of equally many numbers, at least one.')
  if (text && (text.length !== values.length || text.some(row => row.length !== columns)))
    throw rangeError('panel-data', `heatPanel: text must have the shape of values, ${values.length} rows of ${columns}.`)
  for (const [owner, axis, count, of] of [
    ['heatPanel: x', x, columns, 'columns'],
    ['heatPanel: y', y, values.length, 'rows'],
  ] as const) {
    checkOptions<HeatAxis>(owner, axis, { ...axisKinds, span: kind.listOf(kind.number) })
    checkCategories(owner, axis, count, of)
    if (axis.span) checkEnds(`${owner}: span`, axis.span)
  }
  const found = extentOf(values)
  if (!found) throw plainError('nothing-to-plot', 'Nothing to plot: not one of the values is a finite number.')
  return {
    ...{ title, x, y, values, text, scale, label },
    domain: domainOf(found, scale, domain),
    edges: { x: edgesOf(x, columns), y: edgesOf(y, values.length) },
  }
}

function domainOf(
  found: readonly [number, number],
  scale: ColorScaleKind,
  domain: readonly [number, number] | undefined,
): readonly [number, number] {
  if (domain) return checkEnds('heatPanel: domain', domain)
  const most = Math.max(...found.map(Math.abs)) || 1
  if (scale === 'diverging') return [-most, most]
  return found[0] < found[1] ? found : [found[0], found[0] + 1]
}

function checkEnds(what: string, ends: readonly [number, number]): readonly [number, number] {
  if (ends.length === 2 && ends.every(Number.isFinite) && ends[0] < ends[1]) return ends
  throw rangeError('range-ends', `${what} must be two numbers, the lower first, but it is ${show(ends)}.`)
}

function edgesOf({ span, categories }: HeatAxis, count: number): readonly [number, number] {
  return span && !categories ? span : [-0.5, count - 0.5]
}

function inWords({ title, x, y, values, label }: Heat): string {
  const [low, high] = extentOf(values)!.map(value => formatNumber(value))
  const heading = [title, [y.label, x.label].filter(Boolean).join(' by ')].filter(Boolean).join(', ')
  return `${heading}: ${values.length} rows of ${values[0]!.length} values${label ? `, ${label}` : ''}, from ${low} to ${high}`
}

/** What the cell at a place is of, and its value. */
function cellAt({ x, y, values, text, edges, label }: Heat, atX: number, atY: number): string | undefined {
  const index = ([low, high]: readonly [number, number], count: number, value: number) =>
    value === high ? count - 1 : Math.floor(((value - low) / (high - low)) * count)
  const [row, column] = [index(edges.y, values.length, atY), index(edges.x, values[0]!.length, atX)]
  const value = values[row]?.[column]
  if (value === undefined || !Number.isFinite(value)) return undefined
  const place = (axis: NamedAxis, i: number, at: number) =>
    [axis.label, axis.categories?.[i] ?? formatNumber(axis.integer ? Math.round(at) : at)].filter(Boolean).join(' ')
  const said = text?.[row]?.[column] || formatNumber(value)
  return `${[place(y, row, atY), place(x, column, atX)].join(', ')}: ${said}${label ? ` ${label}` : ''}`
}
