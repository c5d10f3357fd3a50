import { type Inks, inks, type SeriesLook, seriesLook, type Theme, themes } from './palette.js'

/** DejaVu ships with us for PNG; a browser without it takes the next. */
export const font = 'DejaVu Sans, Verdana, Segoe UI, sans-serif'

/** How a chart looks. */
export interface Look {
  readonly theme: Theme
  readonly inks: Inks
  /** What tells the series of that index apart. */
  seriesAt(index: number): SeriesLook
  /** Size of the drawing area of one panel, in pixels, when the row holds so many panels. */
  panelSize(columns: number): { width: number; height: number }
  /** Whether that size holds axes, words and legends, too: a place on a page is as large as it is. */
  readonly fits: boolean
  /** Vega-Lite's `config`. */
  readonly config: object
}

/** What all looks of a theme share. */
export function lookOf(theme: Theme): Pick<Look, 'theme' | 'inks' | 'seriesAt'> {
  return { theme, inks: inks[theme], seriesAt: index => seriesLook(index, theme) }
}

/** Areas that, with what is around them, make a sheet about as wide however many are side by side: its words stay readable at 600 pixels. */
const sizes = [
  { width: 620, height: 340 },
  { width: 300, height: 230 },
  { width: 210, height: 180 },
]

/** On a sheet of its own: what is saved. */
export const sheets = Object.fromEntries(
  themes.map((theme): [Theme, Look] => [
    theme,
    {
      ...lookOf(theme),
      fits: false,
      panelSize: columns => sizes[Math.min(columns, sizes.length) - 1]!,
      config: { ...configOf(inks[theme], font), background: inks[theme].ground, padding: 16 },
    },
  ]),
) as Record<Theme, Look>

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
      labelSeparation: 6,
      labelFlush: false,
    },
    legend: {
      title: null,
      titleColor: ink,
      orient: 'top',
      direction: 'horizontal',
      labelFontSize: 12,
      labelColor: ink,
      symbolOpacity: 1,
      offset: 12,
    },
    line: { strokeWidth: 2, strokeCap: 'round', strokeJoin: 'round' },
  }
}
