import { checkOptions, type Kinds, kind, rangeError, show, standardOutput, typeError } from '@onecycle/platform'
import { asString, drawNow, print } from '#plot/characters.js'
import { specNow } from '#plot/spec.js'
import type { Chart } from './chart.js'
import { checkedChart } from './check-chart.js'
import { isLive, type LiveChart } from './live-chart.js'
import type { MountedPlot } from './mount/mounted.js'
import type { MountOptions } from './mount/options.js'
import type { Theme } from './palette.js'
import type { DrawOptions } from './render/terminal-plot.js'
import type { VegaLiteSpec } from './vega.js'

/** The colours of a plot: light or dark. */
export interface ThemeOptions {
  /** Whether it is drawn on a light ground or a dark one. Default: the plot's own, else that of {@link Plot.theme}, which is light. */
  theme?: Theme | undefined
}

/** Whether a plot is shown at once, and in which colours. */
export interface ShowOptions extends ThemeOptions {
  /** Draw the plot in the terminal as well. Default: whether standard output is a terminal. */
  show?: boolean | undefined
}

const themeKinds: Kinds<ThemeOptions> = { theme: kind.choice('light', 'dark') }

/** What the options of every plot may be. */
export const showKinds: Kinds<ShowOptions> = { show: kind.boolean, ...themeKinds }

/** How a plot becomes a PNG: its colours, and pixels for each of its units. */
export interface PngOptions extends ThemeOptions {
  /** Pixels to a unit of the drawing. Default 2, for sharp text on today's screens. */
  scale?: number | undefined
}

/** How a plot becomes a page: its colours, and whether it answers to the pointer. */
export interface HtmlOptions extends ThemeOptions {
  /** Whether the plot says what is under the pointer, and shows a part larger, which adds 0.4 MB. A page that is made on a page never does. Default true. */
  interactive?: boolean | undefined
}

/** The theme of plots that have none of their own. */
let common: Theme | undefined

/**
 * A plot to look at or keep: in the terminal, in a notebook, or as SVG, PNG, HTML and Vega-Lite JSON.
 *
 * @example
 * const plot = learn.recorder.plot_losses()
 * await plot.save('runs/losses.png')
 * console.log(String(plot))             // drawn in the terminal
 */
export class Plot {
  static readonly name: string = 'Plot'
  /** What goes on, if this is a plot of it. */
  readonly live: LiveChart | undefined
  readonly #chart: Chart | undefined
  #theme: Theme | undefined
  #spec: { theme: Theme; spec: VegaLiteSpec } | undefined

  /**
   * The theme of all plots that are not told theirs, of a program say; undefined is light, and on a page as the page is.
   *
   * @throws TypeError for what is none
   *
   * @example
   * Plot.theme = 'dark'
   */
  static get theme(): Theme | undefined {
    return common
  }

  static set theme(theme: Theme | undefined) {
    checkOptions<ThemeOptions>('Plot', { theme }, themeKinds)
    common = theme
  }

  /** @throws TypeError for what is no chart, Error for a chart that has nothing to show; one that goes on is looked at when it is drawn. */
  constructor(chart: Chart | LiveChart) {
    if (isLive(chart)) this.live = chart
    else this.#chart = checkedChart(chart)
  }

  /** What is shown: of what goes on, as it is now. @throws Error where there is nothing to show yet */
  get chart(): Chart {
    return this.#chart ?? checkedChart(this.live!.chart())
  }

  /** The plot in Vega-Lite 6, data included. @throws Error on a page and in a Web Worker, which have `vegaLite()` */
  get spec(): VegaLiteSpec {
    const theme = this.#themeOf()
    if (this.live) return specNow(this.chart, theme)
    if (this.#spec?.theme !== theme) this.#spec = { theme, spec: specNow(this.chart, theme) }
    return this.#spec.spec
  }

  /** The title, or those of the panels. */
  get title(): string {
    const { title, panels } = this.chart
    return title ?? panels.map(panel => panel.title).join(', ')
  }

  /** The plot in Vega-Lite 6, data included, wherever it is. */
  async vegaLite(options: ThemeOptions = {}): Promise<VegaLiteSpec> {
    checkOptions<ThemeOptions>('vegaLite', options, themeKinds)
    const { chart } = this
    const { sheets, vegaLite } = await pictures()
    return vegaLite(chart, sheets[this.#themeOf(options)])
  }

  async svg(options: ThemeOptions = {}): Promise<string> {
    checkOptions<ThemeOptions>('svg', options, themeKinds)
    const spec = await this.vegaLite(options)
    return (await pictures()).toSvg(spec)
  }

  async png(options: PngOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    checkOptions<PngOptions>('png', options, { scale: kind.any, ...themeKinds })
    const { scale = 2, theme } = options
    if (!(typeof scale === 'number' && scale > 0 && scale <= 16))
      throw rangeError('number-range', `scale is ${show(scale)}, and must be more than 0 and at most 16, such as 2.`)
    const spec = await this.vegaLite({ theme })
    return (await pictures()).toPng(spec, scale)
  }

  /** A page of its own, which loads nothing from elsewhere: without a theme it is light or dark as its reader wants pages to be. */
  async html(options: HtmlOptions = {}): Promise<string> {
    checkOptions<HtmlOptions>('html', options, { ...themeKinds, interactive: kind.boolean })
    const { title } = this
    const { figureScript, htmlFigure, htmlPage } = await pictures()
    const { theme = this.#theme ?? common, interactive = true } = options
    return htmlPage(title, await htmlFigure(this, { theme, interactive }), {
      theme,
      script: interactive ? await figureScript() : '',
    })
  }

  /**
   * Shows the plot on a page, in the place of what is in the element: as wide as the element, dark on a dark page, and in words for
   * people who hear it. A plot of something that goes on (`{ live: true }` of the recorder's) follows it, until it is unmounted.
   * Vega is loaded with the first one.
   *
   * @throws TypeError for what is no element: there is none in Node, nor in a Web Worker
   *
   * @example
   * const losses = await learn.recorder.plot_losses({ live: true }).mount(element)
   * await learn.fit_one_cycle(2, 5e-2)
   * losses.unmount()
   */
  async mount(element: HTMLElement, options: MountOptions = {}): Promise<MountedPlot> {
    const { mount } = await import('./mount/mounted.js')
    return mount(this, element, options)
  }

  /** The plot in characters, wherever it is: what draws them is loaded with the first one on a page. */
  async text(options: DrawOptions = {}): Promise<string> {
    const { chart } = this
    const { drawChart } = await import('./render/terminal-plot.js')
    return drawChart(chart, options)
  }

  /** The plot in characters at once, for a terminal. @throws Error on a page and in a Web Worker, which have `text()` */
  draw(options: DrawOptions = {}): string {
    return drawNow(this.chart, options)
  }

  /** The drawing in characters; on a page and in a Web Worker a sentence that says what draws it. */
  toString(): string {
    return asString(this.chart, this.title)
  }

  /**
   * Writes the plot in the format that the file's name asks for: .svg, .png, .html or .json (Vega-Lite). Makes missing
   * folders, and replaces a file whole or not at all. Throws a RangeError on any other ending.
   */
  async save(path: string, options: ThemeOptions = {}): Promise<void> {
    checkOptions<ThemeOptions>('save', options, themeKinds)
    const format = formats[/\.\w+$/.exec(String(path))?.[0].toLowerCase() ?? '']
    if (!format) {
      throw rangeError(
        'plot-format',
        `Cannot tell a plot's format from the file name ${show(path)}. Let it end in ${Object.keys(formats).join(', ')}.`,
      )
    }
    const content = await format(this, options)
    await (await pictures()).writeWhole(path, content)
  }

  /**
   * Draws the plot in the terminal if `show` says so, and returns it. One of what goes on is not drawn unless asked for. A page's
   * console shows it a moment later.
   */
  present(options: ShowOptions = {}): this {
    if (!kind.object.fits(options)) throw typeError('wrong-argument', `present takes { show, theme }, but got ${show(options)}.`)
    checkOptions<ThemeOptions>('present', { theme: options.theme }, themeKinds)
    this.#theme = options.theme ?? this.#theme
    if (options.show ?? (standardOutput().isTTY && !this.live)) print(this.chart)
    return this
  }

  #themeOf({ theme = this.#theme ?? common ?? 'light' }: ThemeOptions = {}): Theme {
    return theme
  }

  /** What `console.log` and kernels without rich output show: the drawing, or its title where `show` has drawn it already. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return standardOutput().isTTY ? `Plot(${this.title})` : asString(this.chart, this.title, { color: false })
  }

  /** What Deno's Jupyter kernel shows when a cell ends in a plot. */
  async [Symbol.for('Jupyter.display')](): Promise<Record<string, string>> {
    return { 'image/svg+xml': await this.svg(), 'text/plain': await this.text({ color: false }) }
  }
}

const pictures = () => import('./pictures.js')

const formats: Record<string, (plot: Plot, options: ThemeOptions) => Promise<string | Uint8Array>> = {
  '.svg': (plot, options) => plot.svg(options),
  '.png': (plot, options) => plot.png(options),
  '.html': (plot, options) => plot.html(options),
  '.json': async (plot, options) => `${JSON.stringify(await plot.vegaLite(options), null, 1)}\n`,
}
