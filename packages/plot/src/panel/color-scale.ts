import { mixed, partsOf } from '../palette.js'

/** 'sequential' goes from little to much; 'diverging' from below zero to above it, with zero the quietest. */
export type ColorScaleKind = 'sequential' | 'diverging'

export interface ColorScale {
  /** At equal distances. */
  readonly colors: readonly string[]
  /** The value of each of the colours. */
  readonly values: readonly number[]
  /** The share of the way from the first to the last colour, from 0 to 1. */
  share(value: number): number
  at(value: number): string
}

// Both can be told apart by colour-blind readers, and in grey; zero is as the page is, so that what stands out is what is there.
const scales: Record<ColorScaleKind, { light: readonly string[]; dark: readonly string[] }> = {
  sequential: {
    light: ['#fdfdea', '#dcefb6', '#98d5b8', '#4ab3c4', '#2a85bb', '#27529b', '#182a66'],
    dark: ['#14172f', '#23376f', '#2a62a5', '#3a93bd', '#68bfb9', '#b4dfa6', '#fbfbd0'],
  },
  diverging: {
    light: ['#023c63', '#0072b2', '#7fb8d9', '#f6f6f4', '#f0b385', '#d55e00', '#763300'],
    dark: ['#a9d8f7', '#3f9bd6', '#17588a', '#1d1d1f', '#8f420f', '#e27a33', '#fbcaa2'],
  },
}

export function colorScale(kind: ColorScaleKind, dark: boolean, [low, high]: readonly [number, number]): ColorScale {
  const colors = scales[kind][dark ? 'dark' : 'light']
  const last = colors.length - 1
  const share = (value: number) => Math.min(1, Math.max(0, (value - low) / (high - low)))
  const at = (value: number) => {
    const place = share(value) * last
    const first = Math.min(last - 1, Math.floor(place))
    return mixed(colors[first]!, colors[first + 1]!, place - first)
  }
  return { colors, values: colors.map((_, i) => low + ((high - low) * i) / last), share, at }
}

/** What is read on that colour. */
export function inkOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = partsOf(color)
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#161616' : '#ffffff'
}
