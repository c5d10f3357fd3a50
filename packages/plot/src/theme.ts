/** Okabe and Ito's colours, which colour-blind readers can tell apart. */
const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f5539', '#444444']

/** The same hues, light enough for a dark page. */
const paletteOnDark = ['#56a8e0', '#f08a4b', '#2fc296', '#e3a0c8', '#f0bd4f', '#9bd6f7', '#c69c7b', '#bdbdbd']

const among = (colors: readonly string[]) => (index: number) => colors[index % colors.length]!

/** The colour of that index, from the start again when they run out. */
export const colorAt = among(palette)

/** DejaVu ships with us for PNG; a browser without it takes the next. */
export const font = 'DejaVu Sans, Verdana, Segoe UI, sans-serif'

/** How a chart looks. */
export interface Look {
  colorAt(index: number): string
  /** Around dots, so that they stand out from their line. */
  halo: string
  /** Size of the drawing area of one panel, in pixels, when the row holds so many panels. */
  panelSize(columns: number): { width: number; height: number }
  /** Most points of a series that are drawn. */
  points: number
  /** Vega-Lite's `config`. */
  config: object
}

interface Inks {
  ink: string
  soft: string
  line: string
  rule: string
}

const onLight: Inks = { ink: '#222222', soft: '#555555', line: '#e4e4e4', rule: '#9a9a9a' }
const onDark: Inks = { ink: '#e8e8e8', soft: '#b4b4b4', line: '#3d3d3d', rule: '#7a7a7a' }

/** On a sheet of its own: what is saved. */
export const sheet: Look = {
  colorAt,
  halo: '#ffffff',
  panelSize: columns => (columns === 1 ? { width: 620, height: 340 } : { width: 400, height: 280 }),
  points: 2000,
  config: { ...configOf(onLight, font), background: '#ffffff', padding: 16 },
}

/** On a page, whose background shows through. Points that are nearer to each other than two pixels are not told apart. */
export function pageLook(dark: boolean, font: string, width: number, height: number): Look {
  return {
    colorAt: dark ? among(paletteOnDark) : colorAt,
    halo: dark ? '#181818' : '#ffffff',
    panelSize: () => ({ width, height }),
    points: Math.max(200, width / 2),
    config: {
      ...configOf(dark ? onDark : onLight, font),
      background: 'transparent',
      padding: 4,
      autosize: { type: 'fit', contains: 'padding' },
    },
  }
}

function configOf({ ink, soft, line, rule }: Inks, font: string): object {
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
