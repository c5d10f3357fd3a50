/** Okabe and Ito's colours, which colour-blind readers can tell apart. */
const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f5539', '#444444']

export const among = (colors: readonly string[]) => (index: number) => colors[index % colors.length]!

/** The colour of that index, from the start again when they run out. */
export const colorAt = among(palette)

/** DejaVu ships with us for PNG; a browser without it takes the next. */
export const font = 'DejaVu Sans, Verdana, Segoe UI, sans-serif'

/** How a chart looks. */
export interface Look {
  colorAt(index: number): string
  readonly dark: boolean
  /** Around dots, so that they stand out from their line. */
  halo: string
  /** Size of the drawing area of one panel, in pixels, when the row holds so many panels. */
  panelSize(columns: number): { width: number; height: number }
  /** Most points of a series that are drawn. */
  points: number
  /** Vega-Lite's `config`. */
  config: object
}

export interface Inks {
  ink: string
  soft: string
  line: string
  rule: string
}

export const onLight: Inks = { ink: '#222222', soft: '#555555', line: '#e4e4e4', rule: '#9a9a9a' }

/** On a sheet of its own: what is saved. */
export const sheet: Look = {
  colorAt,
  dark: false,
  halo: '#ffffff',
  panelSize: columns => (columns === 1 ? { width: 620, height: 340 } : { width: 400, height: 280 }),
  points: 2000,
  config: { ...configOf(onLight, font), background: '#ffffff', padding: 16 },
}

export function configOf({ ink, soft, line, rule }: Inks, font: string): object {
  return {
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
      domainColor: rule,
      tickColor: rule,
      tickSize: 4,
      labelOverlap: 'greedy',
      labelFlush: false,
    },
    legend: {
      title: null,
      titleColor: ink,
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
}
