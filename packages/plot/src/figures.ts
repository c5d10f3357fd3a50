import type { Chart, Drawn, Panel } from './chart.js'
import { mount } from './mount/mounted.js'
import { barPanel } from './panel/bar-panel.js'
import { dotPanel } from './panel/dot-panel.js'
import { heatPanel } from './panel/heat-panel.js'
import { parallelPanel } from './panel/parallel-panel.js'
import { picturesPanel } from './panel/pictures-panel.js'
import { tablePanel } from './panel/table-panel.js'

// What a page that was saved runs: the build packs it with all that it needs but Vega (bundle.mjs), and `figure-script.ts` puts both into the page.

const makers = {
  heat: heatPanel,
  bar: barPanel,
  table: tablePanel,
  pictures: picturesPanel,
  parallel: parallelPanel,
  dots: dotPanel,
} as Record<string, (options: never) => Panel>

/** Puts a plot that answers a pointer in the place of each drawing of the page. */
export async function enliven(page: Document): Promise<void> {
  const { theme = 'auto' } = page.documentElement.dataset as { theme?: 'light' | 'dark' | 'auto' }
  for (const figure of page.querySelectorAll<HTMLElement>('figure.plot')) {
    const chart = unpacked(figure.querySelector('script')!.textContent)
    const place = page.createElement('div')
    place.className = 'live'
    figure.prepend(place)
    // What is not displayed has no width to be drawn in.
    figure.classList.add('is-live')
    await mount({ chart, live: undefined }, place, { theme }).catch(error => {
      figure.classList.remove('is-live')
      place.remove()
      throw error
    })
  }
}

function unpacked(json: string): Chart {
  const chart = JSON.parse(json, (_, value) => (typeof value?.number === 'string' ? Number(value.number) : value)) as Chart
  const panels = chart.panels.map(panel => {
    const { source } = panel as { source?: Drawn['source'] }
    return source ? makers[source[0]]!(source[1] as never) : panel
  })
  return { ...chart, panels }
}
