import { checkOptions, kind, plainError, show, typeError } from '@onecycle/platform'
import { colorsOf, type Drawn, type Panel, type Series } from '../chart.js'
import type { Json } from '../json.js'
import { formatNumber } from '../render/number.js'
import type { Pen } from '../render/pen.js'
import { fills, terminalColor } from '../render/terminal-legend.js'
import type { Look } from '../theme.js'
import { extentOf } from './grid.js'
import { areaOf, axisKinds, checkCategories, type NamedAxis, namedEncoding, namedScale } from './named-axis.js'
import { onCanvas } from './named-canvas.js'

/** What `barPanel` draws: bars with names and lengths. */
export interface BarPanelOptions {
  /** Default: none. */
  title?: string | undefined
  /** One of the axes has categories, a bar for each: x where bars are to stand, y where they are to lie, with room for long names. */
  x: NamedAxis
  y: NamedAxis
  /** Values by name, one for each category; of several there are groups of bars and a legend. What is not finite has no bar. */
  bars: Readonly<Record<string, readonly number[]>>
}

/**
 * A panel of bars, from zero to their values, standing or lying.
 *
 * @throws TypeError for an unknown or ill-typed option, RangeError where categories and values are not equally many, Error where no value
 * is finite
 *
 * @example
 * const panel = barPanel({ x: { label: 'Loss' }, y: { label: '', categories: ['cat', 'dog'] }, bars: { loss: [0.3, 1.2] } })
 * console.log(String(new Plot({ panels: [panel] })))
 */
export function barPanel(options: BarPanelOptions): Panel {
  checkOptions<BarPanelOptions>('barPanel', options, { title: kind.string, x: kind.object, y: kind.object, bars: kind.object })
  const { title = '', x, y, bars } = options
  const all = Object.entries(bars ?? {})
  if (!x || !y || Boolean(x.categories) === Boolean(y.categories) || all.length === 0)
    throw typeError(
      'panel-data',
      `barPanel takes { x, y, bars }, and categories on one of its axes, but got ${show({ x, y, bars })}.`,
    )
  checkOptions('barPanel: x', x, axisKinds)
  checkOptions('barPanel: y', y, axisKinds)
  for (const [name, values] of all) {
    if (!kind.listOf(kind.any).fits(values) || values.some(value => typeof value !== 'number'))
      throw typeError('panel-data', `barPanel: bars ${show(name)} must be a list of numbers, but it is ${show(values)}.`)
    for (const [owner, axis] of [
      ['barPanel: x', x],
      ['barPanel: y', y],
    ] as const)
      checkCategories(owner, axis, values.length, `values of ${show(name)}`)
  }
  if (!extentOf(Object.values(bars)))
    throw plainError('nothing-to-plot', 'Nothing to plot: not one of the values is a finite number.')
  const lie = y.categories !== undefined
  const series = all.map(
    ([name, values]): Series => ({ name, style: 'dots', points: values.map((value, i) => (lie ? [value, i] : [i, value])) }),
  )
  const panel: Panel = { title, x, y, series }
  const drawn = new Bars(panel, options)
  return { ...panel, drawn }
}

/** Share of the room for a category that its bars take. */
const breadth = 0.8

type Box = { x: number; x2: number; y: number; y2: number }

class Bars implements Drawn {
  readonly source: NonNullable<Drawn['source']>
  readonly #panel: Panel
  readonly #x: NamedAxis
  readonly #y: NamedAxis
  readonly #extent: [number, number]
  readonly #boxes: Box[][]

  constructor(panel: Panel, options: BarPanelOptions) {
    const { x, y, bars } = options
    this.source = ['bar', options]
    this.#panel = panel
    this.#x = x
    this.#y = y
    const [low, high] = extentOf([[0], ...Object.values(bars)])!
    this.#extent = [low, high]
    const lists = Object.values(bars)
    const one = breadth / lists.length
    this.#boxes = lists.map((values, b) =>
      values.flatMap((value, i): Box[] => {
        const side = i - breadth / 2 + b * one
        if (!Number.isFinite(value)) return []
        return [y.categories ? { x: 0, x2: value, y: side, y2: side + one } : { x: side, x2: side + one, y: 0, y2: value }]
      }),
    )
  }

  layers(look: Look, columns: number): Json[] {
    const area = areaOf(look, columns, this.#x, this.#y)
    const encoding = {
      x: namedEncoding('x', this.#x, this.#scale('x'), area, true),
      y: namedEncoding('y', this.#y, this.#scale('y'), area, true),
      ...{ x2: { field: 'x2' }, y2: { field: 'y2' } },
    }
    return this.#boxes.map((values, i) => ({
      data: { values },
      mark: { type: 'rect', opacity: 1 },
      encoding: { ...encoding, color: { datum: this.#panel.series[i]!.name } },
    }))
  }

  lines(width: number, height: number, pen: Pen): string[] {
    const rows = Math.max(height, (this.#y.categories?.length ?? 0) * Math.min(2, this.#boxes.length))
    const { canvas, across, down, framed } = onCanvas(this.#x, this.#y, this.#extent, width, rows)
    const colors = colorsOf(this.#panel)
    this.#boxes.forEach((boxes, i) => {
      for (const { x, x2, y, y2 } of boxes) {
        const [top, bottom] = [down(y), down(y2)].sort((a, b) => a - b) as [number, number]
        const fill = pen.isColored || this.#boxes.length === 1 ? undefined : fills[i % fills.length]!
        for (let line = top; line <= bottom; line++)
          if (fill) canvas.glyphs(across(x), line, across(x2), line, fill, undefined, 1)
          else canvas.line(across(x), line, across(x2), line, terminalColor(colors[i]!))
      }
    })
    return framed({ ...this.#panel, drawn: this }, pen)
  }

  at(x: number, y: number): string | undefined {
    const names = this.#x.categories ?? this.#y.categories!
    const place = Math.round(this.#x.categories ? x : y)
    if (names[place] === undefined) return undefined
    const said = this.#panel.series.map(
      ({ name, points }) => `${name} ${formatNumber(points[place]![this.#x.categories ? 1 : 0])}`,
    )
    return `${names[place]}: ${said.join(', ')}`
  }

  words(): string {
    const { title, series } = this.#panel
    const names = this.#x.categories ?? this.#y.categories!
    const said = series.map(({ name, points }) => {
      const values = points.map(([x, y], i) => `${names[i]} ${formatNumber(this.#x.categories ? y : x)}`)
      return `${series.length > 1 ? `${name}: ` : ''}${values.slice(0, 10).join(', ')}${values.length > 10 ? ', ...' : ''}`
    })
    return [title || [this.#y.label, this.#x.label].filter(Boolean).join(' over '), said.join('; ')].filter(Boolean).join(': ')
  }

  #scale(field: 'x' | 'y') {
    return namedScale(field === 'x' ? this.#x : this.#y, field, this.#extent, { round: true })
  }
}
