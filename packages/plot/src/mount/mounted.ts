import { plainError } from '@onecycle/platform'
import type { Chart, Panel } from '../chart.js'
import { checkedChart } from '../check-chart.js'
import type { LiveChart } from '../live-chart.js'
import { describe } from './describe.js'
import { checkMount, type MountOptions } from './options.js'
import { pageLook } from './page-look.js'
import { PanelView } from './panel-view.js'
import type { Window } from './pointer.js'
import { isDark, onTheme } from './theme-of.js'

/** Milliseconds between two drawings of a plot that follows, at least. */
const redraw = 100

/** Milliseconds after which one that follows is drawn at the latest: a machine that stood still makes no drawing expensive. */
const longest = 5000

/** What a drawing takes in all, when Vega has taken 1: the browser then lays out and paints, and collects what is left over. */
const withPainting = 2

/** Room between panels, in pixels. */
const gap = 24

/** Narrowest panel that is still readable, in pixels. */
const narrowest = 300

/** What is shown in which element. */
const shown = new WeakMap<Element, MountedPlot>()

/** What is mounted, such as a `Plot`. */
export interface Drawable {
  /** As it is now. @throws Error where there is nothing to show yet */
  readonly chart: Chart
  /** What goes on, where this is drawn of it. */
  readonly live: LiveChart | undefined
}

/** See `Plot.mount`. */
export async function mount(plot: Drawable, element: HTMLElement, options: MountOptions): Promise<MountedPlot> {
  checkMount(element, options)
  const mounted = new MountedPlot(plot, element, options)
  await mounted.update(plot)
  return mounted
}

/** A plot on a page, which `plot.mount(element)` makes. */
export class MountedPlot {
  static readonly name: string = 'MountedPlot'
  readonly #element: HTMLElement
  readonly #options: MountOptions
  readonly #figure: HTMLElement
  readonly #heading: HTMLElement
  readonly #row: HTMLElement
  readonly #leave: (() => void)[]
  #plot: Drawable
  #unfollow: (() => void) | undefined
  #panels: PanelView[] = []
  /** Parts that are looked at, by the labels of their axes. */
  readonly #windows = new Map<string, Window>()
  #width = 0
  #drawing = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the drawing that is waited for is due. */
  #at = 0
  /** When the last drawing began, and how long it took. */
  #began = 0
  #took = 0
  #over = false

  constructor(plot: Drawable, element: HTMLElement, options: MountOptions) {
    const make = (name: string) => element.ownerDocument.createElement(name)
    shown.get(element)?.unmount()
    shown.set(element, this)
    this.#plot = plot
    this.#element = element
    this.#options = options
    this.#figure = make('figure')
    this.#figure.className = 'onecycle-plot'
    this.#figure.style.margin = '0'
    this.#heading = make('figcaption')
    this.#row = make('div')
    Object.assign(this.#row.style, { display: 'flex', flexWrap: 'wrap', gap: `16px ${gap}px` })
    this.#figure.append(this.#heading, this.#row)
    element.replaceChildren(this.#figure)
    const resized = new ResizeObserver(() => this.#width !== this.#figure.clientWidth && this.#drawAt(0))
    resized.observe(this.#figure)
    this.#leave = [() => resized.disconnect()]
    if ((options.theme ?? 'auto') === 'auto') this.#leave.push(onTheme(element, () => this.#drawAt(0)))
  }

  /** Shows another plot in this one's place, or another state of it. What is the same is not drawn again. */
  async update(plot: Drawable | Chart): Promise<void> {
    if (this.#over) throw plainError('plot-unmounted', 'This plot has been unmounted. Mount one anew: plot.mount(element).')
    this.#plot = isDrawable(plot) ? plot : { chart: checkedChart(plot), live: undefined }
    this.#unfollow?.()
    this.#unfollow = this.#plot.live?.follow(() => this.#drawAt(this.#due))
    await this.#draw()
  }

  /** Takes the plot away: nothing is followed any more. Twice is once. */
  unmount(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.#unfollow?.()
    for (const leave of this.#leave) leave()
    for (const panel of this.#panels) panel.clear()
    this.#figure.remove()
    shown.delete(this.#element)
  }

  /** When a plot that follows is drawn after a change: not at once, for of a fit that begins there is more in a moment. */
  get #due(): number {
    const { share = 1 } = this.#plot.live ?? {}
    const next = this.#began + Math.min(longest, Math.max(redraw, this.#took / share))
    return Math.max(next, performance.now() + redraw / 2)
  }

  /** In the first frame from then on; a page that is not seen has none. */
  #drawAt(time: number): void {
    if (this.#over || (this.#timer !== undefined && time >= this.#at)) return
    clearTimeout(this.#timer)
    this.#at = time
    const frame = () => {
      this.#timer = undefined
      void this.#draw()
    }
    this.#timer = setTimeout(() => requestAnimationFrame(frame), time - performance.now())
  }

  #draw(): Promise<void> {
    this.#drawing = this.#drawing
      .catch(() => {})
      .then(async () => {
        this.#began = performance.now()
        this.#took = 0
        const kept = await this.#drawNow()
        // A view that is made is not made again.
        if (kept) this.#took = (performance.now() - this.#began) * withPainting
      })
    return this.#drawing
  }

  /** Tells whether all views were there. */
  async #drawNow(): Promise<boolean> {
    if (this.#over) return false
    this.#width = this.#figure.clientWidth
    const chart = this.#chart()
    // Of no width is what is not displayed; it is drawn when it is.
    if (!chart || this.#width === 0) return false
    const { label = describe(chart), theme = 'auto', height } = this.#options
    this.#figure.setAttribute('role', 'img')
    this.#figure.setAttribute('aria-label', label)
    this.#say([chart.title, chart.subtitle])

    const wanted = Math.min(chart.columns ?? chart.panels.length, chart.panels.length)
    const columns = Math.max(1, Math.min(wanted, Math.floor((this.#width + gap) / (narrowest + gap))))
    const width = Math.floor((this.#width - gap * (columns - 1)) / columns)
    const { fontFamily } = getComputedStyle(this.#element)
    const shown = theme === 'auto' ? (isDark(this.#element) ? 'dark' : 'light') : theme
    const look = pageLook(shown, fontFamily, width, height ?? Math.round(Math.min(380, Math.max(260, width / 2))))
    this.#keep(chart.panels.length)
    let kept = true
    for (const [i, panel] of chart.panels.entries()) {
      const view = this.#panels[i]!
      view.holder.style.width = `${width}px`
      if (!(await view.draw(this.#inWindow(panel), look))) kept = false
      if (this.#over) return false
    }
    return kept
  }

  /** The chart as it is now; where there is none yet, its place says why. */
  #chart(): Chart | undefined {
    try {
      return this.#plot.chart
    } catch (error) {
      this.#keep(0)
      this.#figure.setAttribute('role', 'status')
      this.#figure.removeAttribute('aria-label')
      this.#say([undefined, error instanceof Error ? error.message : String(error)])
      return undefined
    }
  }

  /** Shows a part of an axis, or all of it again, in each panel that has that axis. */
  #zoom(index: number, window: Window | undefined): void {
    const label = this.#chart()?.panels[index]?.x.label
    if (label === undefined) return
    if (window) this.#windows.set(label, window)
    else this.#windows.delete(label)
    this.#drawAt(0)
  }

  #inWindow(panel: Panel): Panel {
    const window = this.#windows.get(panel.x.label)
    return window && !panel.drawn ? { ...panel, x: { ...panel.x, window } } : panel
  }

  #say([title, text]: [string | undefined, string | undefined]): void {
    const lines = [title, text].map((line, i) => {
      const element = this.#element.ownerDocument.createElement('div')
      element.textContent = line ?? ''
      if (i === 0) element.style.fontWeight = 'bold'
      return element
    })
    this.#heading.replaceChildren(...lines.filter(line => line.textContent))
  }

  /** So many panels, no more and no less. */
  #keep(count: number): void {
    for (const gone of this.#panels.splice(count)) gone.clear()
    while (this.#panels.length < count) {
      const holder = this.#element.ownerDocument.createElement('div')
      this.#row.append(holder)
      const index = this.#panels.length
      this.#panels.push(new PanelView(holder, this.#options.renderer ?? 'svg', window => this.#zoom(index, window)))
    }
  }
}

function isDrawable(value: Drawable | Chart): value is Drawable {
  return typeof value === 'object' && value !== null && 'live' in value
}
