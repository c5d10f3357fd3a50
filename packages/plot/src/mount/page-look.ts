import { inks, type Theme } from '../palette.js'
import { configOf, type Look, lookOf } from '../theme.js'

/** On a page, whose background shows through. */
export function pageLook(theme: Theme, font: string, width: number, height: number): Look {
  return {
    ...lookOf(theme),
    fits: true,
    panelSize: () => ({ width, height }),
    config: {
      ...configOf(inks[theme], font),
      background: 'transparent',
      padding: 4,
      autosize: { type: 'fit', contains: 'padding' },
    },
  }
}
