/** Okabe and Ito's colours, which colour-blind readers can tell apart. */
const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f5539', '#444444']

/** The colour of that index, from the start again when they run out. */
export function colorAt(index: number): string {
  return palette[index % palette.length]!
}

/** DejaVu ships with us for PNG; a browser without it takes the next. */
export const font = 'DejaVu Sans, Verdana, Segoe UI, sans-serif'

const ink = '#222222'
const soft = '#555555'
const line = '#e4e4e4'

/** Size of the drawing area of one panel, in pixels, when the row holds so many panels. */
export function panelSize(columns: number): { width: number; height: number } {
  return columns === 1 ? { width: 620, height: 340 } : { width: 400, height: 280 }
}

/** Vega-Lite's `config`. */
export const config = {
  background: '#ffffff',
  padding: 16,
  font,
  view: { stroke: null },
  title: {
    fontSize: 16,
    fontWeight: 'bold',
    color: ink,
    anchor: 'start',
    offset: 12,
    subtitleFontSize: 12,
    subtitleColor: soft,
    subtitlePadding: 6,
  },
  axis: {
    labelFontSize: 12,
    labelColor: soft,
    labelPadding: 6,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    titleColor: ink,
    titlePadding: 12,
    gridColor: line,
    domainColor: '#9a9a9a',
    tickColor: '#9a9a9a',
    tickSize: 4,
    labelOverlap: 'greedy',
    labelFlush: false,
  },
  legend: {
    title: null,
    orient: 'top',
    direction: 'horizontal',
    labelFontSize: 12,
    labelColor: ink,
    labelLimit: 320,
    symbolStrokeWidth: 2.5,
    symbolSize: 110,
    symbolOpacity: 1,
    columnPadding: 8,
    offset: 12,
  },
  line: { strokeWidth: 2, strokeCap: 'round', strokeJoin: 'round' },
}
