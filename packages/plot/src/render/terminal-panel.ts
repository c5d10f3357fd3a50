import { colorsOf, markColorsOf, type Panel, shownExtent, shows } from '../chart.js'
import { type Place, thin } from '../thin.js'
import { axisScale, placer, tickLabels } from '../ticks.js'
import { BrailleCanvas } from './canvas.js'
import { framed } from './framed.js'
import type { Pen } from './pen.js'
import { legend, markGlyph, painter, symbolsOf, terminalColor } from './terminal-legend.js'

/** Dots that are drawn as characters: more of them would hide each other. */
const fewDots = 100

/** What is drawn over what. */
const layers = { rules: 1, faint: 2, curves: 3, dots: 4, marks: 5 }

/** Columns between two characters on a line that these tell from others. */
const everySymbol = 12

/** One panel as lines that are all `width` characters wide; `height` counts the lines of the drawing area. */
export function panelLines(panel: Panel, width: number, height: number, pen: Pen): string[] {
  const yScale = axisScale(panel.y, shownExtent(panel, 'y'), Math.max(2, Math.floor(height / 3)), true)
  const yLabels = tickLabels(yScale.ticks, panel.y)
  const margin = Math.max(...yLabels.map(label => label.length)) + 1
  const columns = width - margin - 1
  const xScale = axisScale(panel.x, shownExtent(panel, 'x'), Math.max(2, Math.floor(columns / (panel.x.log ? 8 : 12))), false)

  const canvas = new BrailleCanvas(columns, height)
  const alongX = placer(panel.x, xScale.domain)
  const alongY = placer(panel.y, yScale.domain)
  const across = (x: number) => Math.round(alongX(x) * (canvas.width - 1))
  const down = (y: number) => Math.round((1 - alongY(y)) * (canvas.height - 1))
  drawCurves(panel, canvas, alongX, across, down, pen)
  drawMarks(panel, canvas, across, down, pen)

  return framed(panel, width, pen, {
    rows: canvas.rows(painter(pen)),
    margin,
    yTicks: new Map(yScale.ticks.map((tick, i) => [down(tick) >> 2, yLabels[i]!])),
    xTicks: xScale.ticks.map(tick => across(tick) >> 1),
    xLabels: tickLabels(xScale.ticks, panel.x),
    below: legend(panel, width, ' '.repeat(margin), pen),
  })
}

function drawCurves(panel: Panel, canvas: BrailleCanvas, alongX: Place, across: Place, down: Place, pen: Pen): void {
  for (const x of panel.x.rules ?? []) canvas.glyphs(across(x), 0, across(x), canvas.height - 1, '┊', 'faint', layers.rules)
  const [colors, symbols] = [colorsOf(panel), symbolsOf(panel, pen)]
  panel.series.forEach(({ name, points, style }, i) => {
    const isFaint = style === 'faint'
    const color = isFaint ? 'faint' : terminalColor(colors[i]!)
    const { glyph, onLine } = symbols.get(name)!
    const hasDots = style === 'points' || points.length === 1 || (style === 'dots' && points.length <= fewDots)
    const drawn = style === 'dots' ? points : thin(points, canvas.width, alongX, y => shows(panel.y, y))
    // Of the second curve they stand between those of the first.
    let next = (2 * everySymbol * (i % 4)) / 4
    let previous: [number, number] | undefined
    for (const [x, y] of drawn) {
      if (!shows(panel.x, x) || !shows(panel.y, y)) {
        previous = undefined
        continue
      }
      const here: [number, number] = [across(x), down(y)]
      const line = [...(previous ?? here), ...here] as const
      if (isFaint && !pen.isColored) canvas.glyphs(...line, '·', color, layers.faint)
      else canvas.line(...line, color, hasDots ? 4 : 1, isFaint ? layers.faint : layers.curves)
      if (hasDots) canvas.glyph(...here, glyph, color, layers.dots)
      else if (onLine && !isFaint && here[0] >= next) {
        canvas.glyph(...here, glyph, color, layers.dots)
        next = here[0] + 2 * everySymbol
      }
      if (style !== 'dots') previous = here
    }
  })
}

function drawMarks(panel: Panel, canvas: BrailleCanvas, across: Place, down: Place, pen: Pen): void {
  const colors = markColorsOf(panel).map(terminalColor)
  panel.marks?.forEach(({ main, x, y }, i) => {
    if (main) canvas.line(across(x), 0, across(x), canvas.height, colors[i], 3, layers.curves)
    // One that stands where another does is put beside it.
    let column = across(x)
    while (canvas.layerAt(column, down(y)) === layers.marks && column < canvas.width - 2) column += 2
    canvas.glyph(column, down(y), markGlyph(i, pen), colors[i], layers.marks)
  })
}
