/** On what a chart is drawn: light paper or a dark page. */
export type Theme = 'light' | 'dark'

export const themes = ['light', 'dark'] as const

/** What axes and words are drawn in, and what is behind them. */
export interface Inks {
  readonly ground: string
  readonly ink: string
  readonly soft: string
  /** Of the grid. */
  readonly line: string
  readonly rule: string
}

export const inks: Readonly<Record<Theme, Inks>> = {
  light: { ground: '#ffffff', ink: '#222222', soft: '#555555', line: '#e4e4e4', rule: '#9a9a9a' },
  dark: { ground: '#181818', ink: '#e8e8e8', soft: '#b4b4b4', line: '#3d3d3d', rule: '#7a7a7a' },
}

// Searched for with Machado's simulations (2009) of the three ways to see few colours: any two are 12 or more apart there (CIEDE2000), in
// lightness by 4, and the first four by 11, so that a grey print tells them apart. Each has a contrast of 3 or more to its ground.
const palettes: Readonly<Record<Theme | 'terminal', readonly string[]>> = {
  light: ['#2c4a9a', '#e0644e', '#007873', '#3d234d', '#865604', '#55a0b4', '#7568cf', '#741520'],
  dark: ['#a8beff', '#f35f10', '#85fcee', '#9e588a', '#ffd178', '#5ea9bd', '#8e6cd3', '#f3969a'],
  // Nobody knows what is behind it.
  terminal: ['#4a7fd6', '#d9541e', '#1f9d74', '#c2629f', '#b58900', '#2fa3c0', '#8a6fd1', '#a0622d'],
}

/** What one series is drawn with. No two indices have the same look: from the ninth on colours come again, with other dashes and symbols. */
export interface SeriesLook {
  readonly color: string
  /** Lengths of strokes and gaps; undefined for a line without gaps. */
  readonly dash: readonly number[] | undefined
  /** A symbol of Vega's. */
  readonly shape: string
}

export const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down'] as const

export function seriesLook(index: number, theme: Theme | 'terminal'): SeriesLook {
  const palette = palettes[theme]
  const again = Math.floor(index / palette.length)
  return { color: palette[index % palette.length]!, dash: dashOf(again), shape: shapes[again % shapes.length]! }
}

/** Red, green and blue, from 0 to 255. */
export const partsOf = (color: string): number[] => [1, 3, 5].map(i => Number.parseInt(color.slice(i, i + 2), 16))

/** The colour at that share of the way from one to another. */
export function mixed(a: string, b: string, share: number): string {
  const others = partsOf(b)
  const parts = partsOf(a).map((part, i) => Math.round(part + (others[i]! - part) * share))
  return `#${parts.map(part => part.toString(16).padStart(2, '0')).join('')}`
}

/** Of a colour what is left of it on a ground, at that opacity. */
export const paled = (color: string, ground: string, opacity: number): string => mixed(ground, color, opacity)

/** Dashes, dots, and then dashes with more and more dots between them. */
function dashOf(again: number): readonly number[] | undefined {
  if (again === 0) return undefined
  if (again === 1) return [8, 4]
  return again === 2 ? [2, 4] : [10, 4, ...Array.from({ length: again - 2 }, () => [2, 4]).flat()]
}
