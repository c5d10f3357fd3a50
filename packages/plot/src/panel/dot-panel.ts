import { checkOptions, kind, plainError, show, typeError } from '@onecycle/platform'
import { colorsOf, type Drawn, type Panel, type Series } from '../chart.js'
import type { Json } from '../json.js'
import { formatNumber } from '../render/number.js'
import type { Pen } from '../render/pen.js'
import { symbolsOf, terminalColor } from '../render/terminal-legend.js'
import type { Look } from '../theme.js'
import { areaOf, axisKinds, type NamedAxis, namedEncoding, namedScale } from './named-axis.js'
import { onCanvas } from './named-canvas.js'

/** What `dotPanel` draws: dots over categories, by the names of what they are of. */
export interface DotPanelOptions {
  /** Default: none. */
  title?: string | undefined
  /** Has the categories: a dot lies at the index of one, from 0. */
  x: NamedAxis
  y: NamedAxis
  /** `[index, y]` of each dot by the name of what it is of. What is not finite has no dot. */
  dots: Readonly<Record<string, readonly (readonly [number, number])[]>>
}

/**
 * A panel of dots over categories, those of one category side by side, so that each is seen.
 *
 * @throws TypeError for an unknown or ill-typed option, Error where no dot is finite
 *
 * @example
 * const x = { label: 'model', categories: ['mlp', 'conv'] }
 * const panel = dotPanel({ x, y: { label: 'valid_loss' }, dots: { trials: [[0, 0.31], [0, 0.28], [1, 0.12]] } })
 * console.log(String(new Plot({ panels: [panel] })))
 */
export function dotPanel(options: DotPanelOptions): Panel {
  checkOptions<DotPanelOptions>('dotPanel', options, { title: kind.string, x: kind.object, y: kind.object, dots: kind.object })
  const { title = '', x, y, dots } = options
  if (!x?.categories || !y || y.categories || !dots)
    throw typeError('panel-data', `dotPanel takes { x, y, dots }, and categories on x, but got ${show({ x, y, dots })}.`)
  checkOptions('dotPanel: x', x, axisKinds)
  checkOptions('dotPanel: y', y, axisKinds)
  for (const [name, points] of Object.entries(dots))
    if (
      !Array.isArray(points) ||
      !points.every(each => Array.isArray(each) && each.length === 2 && each.every(value => typeof value === 'number'))
    )
      throw typeError('panel-data', `dotPanel: dots ${show(name)} must be a list of [index, y], but it is ${show(points)}.`)
  const { length } = x.categories
  const series = Object.entries(dots).map(([name, points]): Series => {
    const shown = points.filter(
      ([index, value]) => Number.isInteger(index) && index >= 0 && index < length && Number.isFinite(value),
    )
    return { name, style: 'dots', points: shown.map(([index, value]) => [index, value]) }
  })
  if (series.every(({ points }) => points.length === 0))
    throw plainError('nothing-to-plot', 'Nothing to plot: not one of the dots is finite.')
  const panel: Panel = { title, x, y, series }
  return { ...panel, drawn: new Dots(panel, options) }
}

/** Part of a category's room over which its dots are spread. */
const spread = 0.5
/** What puts each next one far from those before it: the golden ratio. */
const golden = 0.618034

class Dots implements Drawn {
  readonly source: NonNullable<Drawn['source']>
  readonly #panel: Panel
  readonly #x: NamedAxis
  readonly #y: NamedAxis
  readonly #extent: [number, number]

  constructor(panel: Panel, options: DotPanelOptions) {
    this.source = ['dots', options]
    this.#panel = panel
    this.#x = options.x
    this.#y = options.y
    const values = panel.series.flatMap(({ points }) => points.map(([, y]) => y))
    this.#extent = [Math.min(...values), Math.max(...values)]
  }

  layers(look: Look, columns: number): Json[] {
    const area = areaOf(look, columns, this.#x, this.#y)
    const encoding = {
      x: namedEncoding('x', this.#x, this.#scale('x'), area, false),
      y: namedEncoding('y', this.#y, this.#scale('y'), area, true),
    }
    return this.#panel.series.map(({ name, points }) => ({
      data: { values: points.map(([x, y], i) => ({ x: aside(x, i), y })) },
      mark: {
        type: 'point',
        filled: true,
        size: points.length > 100 ? 24 : 60,
        stroke: look.inks.ground,
        strokeWidth: 0.5,
        opacity: 1,
      },
      encoding: { ...encoding, color: { datum: name } },
    }))
  }

  lines(width: number, height: number, pen: Pen): string[] {
    const { canvas, across, down, framed } = onCanvas(this.#x, this.#y, this.#extent, width, height)
    const [colors, symbols] = [colorsOf(this.#panel), symbolsOf(this.#panel, pen)]
    this.#panel.series.forEach(({ name, points }, s) => {
      const { glyph } = symbols.get(name)!
      for (const [i, [x, y]] of points.entries()) canvas.glyph(across(aside(x, i)), down(y), glyph, terminalColor(colors[s]!))
    })
    return framed({ ...this.#panel, drawn: this }, pen)
  }

  at(x: number): string | undefined {
    const index = Math.round(x)
    const name = this.#x.categories![index]
    if (name === undefined) return undefined
    const said = this.#panel.series.flatMap(({ name, points }) => {
      const values = points.filter(([at]) => at === index).map(([, y]) => y)
      return values.length > 0 ? [`${name} ${formatNumber(Math.min(...values))} to ${formatNumber(Math.max(...values))}`] : []
    })
    return `${name}: ${said.join(', ')}`
  }

  words(): string {
    const { title, series } = this.#panel
    const names = this.#x.categories!.map((_, i) => this.at(i)!)
    return `${title || [this.#y.label, this.#x.label].filter(Boolean).join(' over ')}: ${series.reduce((sum, { points }) => sum + points.length, 0)} dots; ${names.slice(0, 10).join('; ')}`
  }

  #scale(field: 'x' | 'y') {
    return namedScale(field === 'x' ? this.#x : this.#y, field, this.#extent, { round: true })
  }
}

/** A dot beside those before it. */
function aside(index: number, i: number): number {
  return index + ((((i + 1) * golden) % 1) - 0.5) * spread
}
