import { checkNumber, checkOptions, kind, show, typeError } from '@onecycle/platform'
import type { Renderer } from './panel-view.js'

/** How a plot stands on a page: what draws it, its height in pixels, colours, and what it is called for those who do not see it. */
export interface MountOptions {
  /** 'svg' is sharp in print and at any zoom; 'canvas' takes less time to draw. Default 'svg'. */
  renderer?: Renderer | undefined
  /** Of each panel with its axes, in pixels. Default: half its width, from 260 to 380. */
  height?: number | undefined
  /** Default 'auto': dark where the element's text is light, and it follows the page. */
  theme?: 'auto' | 'light' | 'dark' | undefined
  /** What the plot is, for people who hear the page. Default: its titles, its axes, and where each curve ends. */
  label?: string | undefined
}

/** @throws TypeError for what is no element of a page, or no option */
export function checkMount(element: unknown, options: unknown): void {
  if (typeof (element as Element | null)?.replaceChildren !== 'function')
    throw typeError(
      'not-an-element',
      `mount takes an element of a page, such as document.querySelector('#losses'), but got ${show(element)}. ` +
        "Where there are no elements, in Node and in a Web Worker, there is plot.svg(), plot.save('losses.svg') and plot.text(); " +
        'a page that trains in a worker mounts Recorder.from(training).plot_losses({ live: true }).',
    )
  checkOptions<MountOptions>('mount', options, {
    renderer: kind.choice('svg', 'canvas'),
    height: kind.number,
    theme: kind.choice('auto', 'light', 'dark'),
    label: kind.string,
  })
  const { height } = options as MountOptions
  if (height !== undefined) checkNumber('height', height, { min: 80 })
}
