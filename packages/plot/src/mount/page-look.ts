import { among, colorAt, configOf, type Inks, type Look, onLight } from '../theme.js'

/** The hues of charts on paper, light enough for a dark page. */
const paletteOnDark = ['#56a8e0', '#f08a4b', '#2fc296', '#e3a0c8', '#f0bd4f', '#9bd6f7', '#c69c7b', '#bdbdbd']

const onDark: Inks = { ink: '#e8e8e8', soft: '#b4b4b4', line: '#3d3d3d', rule: '#7a7a7a' }

/** On a page, whose background shows through. Points that are nearer to each other than two pixels are not told apart. */
export function pageLook(dark: boolean, font: string, width: number, height: number): Look {
  return {
    colorAt: dark ? among(paletteOnDark) : colorAt,
    dark,
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
