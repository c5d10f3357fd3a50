import { checkChoice, checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'
import type { Drawn, Panel } from '../chart.js'
import type { Json } from '../json.js'
import { BrailleCanvas } from '../render/canvas.js'
import { fit } from '../render/framed.js'
import { formatNumber } from '../render/number.js'
import type { Pen } from '../render/pen.js'
import { painter } from '../render/terminal-legend.js'
import { cutAmid, wrapName } from '../render/wrap.js'
import { textWidth } from '../text-width.js'
import type { Look } from '../theme.js'
import { colorScale } from './color-scale.js'
import { letter } from './named-axis.js'
import { type ParallelAxis, parallelAxisKinds, placedOn } from './parallel-axis.js'
import { pixels } from './pixels.js'

/** What `parallelPanel` draws: axes side by side, a line for each thing, and which lines stand out. */
export interface ParallelPanelOptions {
  /** Default: none. */
  title?: string | undefined
  /** From the left to the right, two or more; by the last one lines have their colours. */
  axes: readonly ParallelAxis[]
  /** A line each: a value on each axis. Where one is NaN the line has a gap. */
  lines: readonly (readonly number[])[]
  /** Which values of the last axis are better: their lines stand out, the best one most. Default `lower`. */
  better?: 'lower' | 'higher' | undefined
}

/**
 * A panel of parallel coordinates: what many things of several numbers have in common, such as the trials of a sweep. Each has a line from axis to axis, whose colour
 * says how good it is.
 *
 * Source: Inselberg 1985.
 *
 * @throws TypeError for an unknown or ill-typed option, RangeError for fewer than two axes, or lines that do not have a value for each
 *
 * @example
 * const panel = parallelPanel({
 *   axes: [{ label: 'lr', log: true }, { label: 'model', categories: ['mlp', 'conv'] }, { label: 'valid_loss' }],
 *   lines: [[0.1, 0, 0.31], [0.01, 1, 0.12]],
 * })
 * console.log(String(new Plot({ panels: [panel] })))
 */
export function parallelPanel(options: ParallelPanelOptions): Panel {
  checkOptions<ParallelPanelOptions>('parallelPanel', options, {
    ...{
      title: kind.string,
      axes: kind.listOf(kind.object),
      lines: kind.listOf(kind.listOf({ expected: 'a number', fits: isNumber })),
    },
    better: kind.string,
  })
  const { title = '', axes, lines, better = 'lower' } = options
  checkChoice('parallelPanel: better', better, ['lower', 'higher'])
  if (!axes || axes.length < 2) throw rangeError('panel-data', `parallelPanel takes two axes or more, but got ${show(axes)}.`)
  for (const [i, axis] of axes.entries()) {
    checkOptions<ParallelAxis>(`parallelPanel: axes[${i}]`, axis, parallelAxisKinds)
    if (typeof axis.label !== 'string') throw typeError('panel-data', `parallelPanel: axes[${i}] has no label: ${show(axis)}.`)
  }
  const odd = lines?.find(line => line.length !== axes.length)
  if (!lines || odd)
    throw rangeError(
      'panel-data',
      `parallelPanel: each line has a value for each of the ${axes.length} axes, but one is ${show(odd ?? lines)}.`,
    )
  return { title, x: { label: '' }, y: { label: '' }, series: [], drawn: new Parallel(options) }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

/** Pixels above the axes for a line of their names, and around labels. */
const lineHeight = 15
const gap = 7
const labelSize = 11
const nameSize = 12
/** Least pixels between two axes on a sheet of its own. */
const narrowest = 112
/** Letters that a name of a category has at most. */
const mostLetters = 24

interface Line {
  readonly values: readonly number[]
  /** From the best, 1, to the worst, 0. */
  readonly goodness: number
}

class Parallel implements Drawn {
  readonly source: NonNullable<Drawn['source']>
  readonly #title: string
  readonly #axes: readonly ParallelAxis[]
  /** The best one last, so that it lies above the others. */
  readonly #lines: readonly Line[]

  constructor(options: ParallelPanelOptions) {
    const { title = '', axes, lines, better = 'lower' } = options
    this.source = ['parallel', options]
    this.#title = title
    this.#axes = axes
    const { place } = placedOn(
      axes.at(-1)!,
      lines.map(line => line.at(-1)!),
      5,
    )
    this.#lines = lines
      .map((values): Line => {
        const at = place(values.at(-1)!)
        return { values, goodness: Number.isFinite(at) ? (better === 'lower' ? at : 1 - at) : -1 }
      })
      .sort((a, b) => a.goodness - b.goodness)
  }

  size(look: Look, columns: number) {
    const { width, height } = look.panelSize(columns)
    return look.fits
      ? { width, height }
      : { width: Math.max(width, narrowest * this.#axes.length), height: Math.max(height, 300) }
  }

  layers(look: Look, columns: number): Json[] {
    const { width, height } = this.size(look, columns)
    const { axes, lefts, names, top, room } = this.#layout(width, height)
    const { ink, soft, rule, ground } = look.inks
    const down = (at: number) => top + at * (height - top - gap)
    const scale = colorScale('sequential', look.theme === 'dark', [-0.45, 1])
    const last = this.#axes.length - 1
    const lines = this.#lines.flatMap(({ values, goodness }, line) => {
      const color = scale.at(Math.max(0, goodness))
      let piece = 0
      return values.flatMap((value, i) => {
        const at = axes[i]!.place(value)
        if (Number.isFinite(at)) return [{ line, piece: `${line}.${piece}`, x: lefts[i]!, y: down(at), color }]
        piece++
        return []
      })
    })
    const stroke = { field: 'color', type: 'nominal', scale: null, legend: null }
    const strokes = (values: Json[], strokeWidth: number, opacity: number): Json => ({
      data: { values },
      mark: { type: 'line', strokeWidth, opacity },
      encoding: { ...pixels, detail: { field: 'piece', type: 'nominal' }, stroke },
    })
    const best = this.#lines.length - 1
    const ticks = axes.flatMap(({ ticks }, i) =>
      ticks.map(({ at, label }) => ({
        x: lefts[i]! + (i === last ? gap : -gap),
        y: down(at),
        text: this.#cut(label, room),
        right: i === last,
      })),
    )
    const words = (values: Json[], more: Json): Json => ({
      data: { values },
      mark: { type: 'text', baseline: 'middle', fontSize: labelSize, ...more },
      encoding: { ...pixels, text: { field: 'text', type: 'nominal' } },
    })
    // On a rim of the ground, so that they are read where lines cross them.
    const labels = (right: boolean) => {
      const values = ticks.filter(each => each.right === right)
      const align = right ? 'left' : 'right'
      return [words(values, { align, color: ground, stroke: ground, strokeWidth: 5 }), words(values, { align, color: soft })]
    }
    return [
      strokes(
        lines.filter(({ line }) => line !== best),
        1.5,
        0.8,
      ),
      {
        data: { values: lefts.map(x => ({ x, y: down(0), y2: down(1) })) },
        mark: { type: 'rule', color: rule, strokeWidth: 1.5, opacity: 1 },
        encoding: { ...pixels, y2: { field: 'y2' } },
      },
      strokes(
        lines.filter(({ line }) => line === best),
        3,
        1,
      ),
      ...labels(false),
      ...labels(true),
      words(names, { align: 'center', color: ink, fontSize: nameSize, fontWeight: 'bold' }),
    ]
  }

  lines(width: number, height: number, pen: Pen): string[] {
    const count = this.#axes.length
    const axes = this.#axes.map((axis, i) => placedOn(axis, this.#valuesOf(i), Math.max(2, Math.floor(height / 4))))
    const most = Math.max(3, Math.floor(width / count) - 3)
    const labels = axes.map(({ ticks }) => ticks.map(({ at, label }) => ({ at, label: cutAmid(label, most) })))
    const widest = (i: number) => Math.max(0, ...labels[i]!.map(({ label }) => label.length))
    const [before, after] = [widest(0) + 1, widest(count - 1) + 1]
    const columns = axes.map((_, i) => Math.round(before + ((width - before - after - 1) * i) / (count - 1)))
    const rows = Math.max(height, ...labels.map(({ length }, i) => (this.#axes[i]!.categories ? length : 0)))
    const canvas = new BrailleCanvas(width, rows)
    const down = (at: number) => Math.round(at * (canvas.height - 1))
    const scale = colorScale('sequential', true, [-0.6, 1])
    this.#lines.forEach(({ values, goodness }, line) => {
      const isBest = line === this.#lines.length - 1
      for (let i = 1; i < count; i++) {
        const [from, to] = [axes[i - 1]!.place(values[i - 1]!), axes[i]!.place(values[i]!)]
        if (!Number.isFinite(from + to)) continue
        const every = pen.isColored || isBest ? 1 : 4
        canvas.line(
          2 * columns[i - 1]! + 1,
          down(from),
          2 * columns[i]!,
          down(to),
          scale.at(Math.max(0, goodness)),
          every,
          isBest ? 2 : 1,
        )
      }
    })
    axes.forEach((_, i) => {
      for (let row = 0; row < rows; row++) canvas.glyph(2 * columns[i]!, 4 * row, '│', 'faint', 3)
      for (const { at, label } of labels[i]!) {
        const start = i === count - 1 ? columns[i]! + 2 : columns[i]! - label.length
        for (const [c, character] of [...label].entries()) canvas.glyph(2 * (start + c), down(at), character, 'faint', 4)
      }
    })
    const row = new Array<string>(width).fill(' ')
    let free = 0
    this.#axes.forEach(({ label }, i) => {
      const name = cutAmid(label, most + 2)
      const start = Math.max(free, Math.min(columns[i]! - (name.length >> 1), width - name.length))
      for (const [c, character] of [...name].entries()) row[start + c] = character
      free = start + name.length + 1
    })
    return [
      ...(this.#title ? [pen.bold(fit(this.#title, width))] : []),
      pen.bold(fit(row.join(''), width)),
      ...canvas.rows(painter(pen)),
    ]
  }

  words(): string {
    const { values } = this.#lines.at(-1) ?? { values: [] }
    const best = values.map((value, i) => {
      const { label, categories } = this.#axes[i]!
      return `${label} ${categories?.[value] ?? formatNumber(value)}`
    })
    const over = this.#axes.map(({ label }) => label).join(', ')
    return `${this.#title ? `${this.#title}: ` : ''}${this.#lines.length} lines over ${over}${best.length > 0 ? `; the best has ${best.join(', ')}` : ''}`
  }

  #valuesOf(axis: number): number[] {
    return this.#lines.map(({ values }) => values[axis]!)
  }

  /** Where the axes stand in so many pixels: labels of the first are left of it, of the last right of it. */
  #layout(width: number, height: number) {
    const last = this.#axes.length - 1
    const axes = this.#axes.map((axis, i) => placedOn(axis, this.#valuesOf(i), Math.max(2, Math.floor(height / 55))))
    const widest = (i: number) =>
      Math.max(0, ...axes[i]!.ticks.map(({ label }) => textWidth(cutAmid(label, mostLetters), labelSize)))
    const outer = (i: number) => Math.max(widest(i) + gap, 24)
    const [begin, end] = [outer(0), width - outer(last)]
    const lefts = axes.map((_, i) => begin + ((end - begin) * i) / last)
    const letters = Math.max(4, Math.floor((end - begin) / last / (letter * nameSize * 1.1)))
    const wrapped = this.#axes.map(({ label }) => wrapName(label, letters))
    const most = Math.max(...wrapped.map(({ length }) => length))
    const names = wrapped.flatMap((lines, i) =>
      lines.map((text, line) => ({ x: lefts[i]!, y: (most - lines.length + line + 0.5) * lineHeight, text })),
    )
    return { axes, lefts, names, top: most * lineHeight + 2 * gap, room: (end - begin) / last - 4 * gap }
  }

  /** As much of a label as has so many pixels: what stands between two axes is to leave the one before it free. */
  #cut(label: string, room: number): string {
    let letters = mostLetters
    while (letters > 4 && textWidth(cutAmid(label, letters), labelSize) > room) letters--
    return cutAmid(label, letters)
  }
}
