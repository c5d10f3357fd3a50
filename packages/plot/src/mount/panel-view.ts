import { nextTurn } from '@onecycle/platform'
import type { View } from 'vega'
import type { Panel } from '../chart.js'
import { vegaRuntime } from '../svg.js'
import type { Look } from '../theme.js'
import { vegaLite } from '../vega.js'
import { type Parted, parted } from './parted.js'
import { Pointer, type Window } from './pointer.js'

export type Renderer = 'svg' | 'canvas'

/** One panel of a chart on a page. While only figures change, Vega keeps its view and is given what is new. */
export class PanelView {
  readonly holder: HTMLElement
  readonly #renderer: Renderer
  readonly #pointer: Pointer
  #view: View | undefined
  #shown: Parted | undefined
  #over = false

  /** @param zoom hears which part of the x axis is to be shown */
  constructor(holder: HTMLElement, renderer: Renderer, zoom: (window: Window | undefined) => void) {
    this.holder = holder
    this.#renderer = renderer
    this.#pointer = new Pointer(holder, zoom)
  }

  /** Tells whether the view was kept. */
  async draw(panel: Panel, look: Look): Promise<boolean> {
    const next = parted(vegaLite({ panels: [panel] }, look))
    if (this.#view && next.shape === this.#shown?.shape) {
      this.#give(this.#view, next, this.#shown)
      this.#shown = next
      await this.#view.runAsync()
      this.#point(this.#view, panel, look, next)
      return true
    }
    const { compile, parse, View } = await vegaRuntime()
    // Each is a task of its own, for together they would hold the page for a tenth of a second.
    await nextTurn()
    const { spec } = compile(next.spec as never)
    await nextTurn()
    const dataflow = parse(spec)
    await nextTurn()
    if (this.#over) return false
    this.#view?.finalize()
    this.holder.replaceChildren()
    this.#view = new View(dataflow, { renderer: this.#renderer, container: this.holder, hover: false })
    this.#shown = next
    await this.#view.runAsync()
    this.#point(this.#view, panel, look, next)
    return false
  }

  /** Nothing is drawn here any more. */
  clear(): void {
    this.#over = true
    this.#pointer.clear()
    this.#view?.finalize()
    this.holder.remove()
  }

  /** Tells the pointer where values lie. */
  #point(view: View, panel: Panel, look: Look, { signals }: Parted): void {
    const ends = (field: 'x' | 'y') => [signals[`${field}_low`], signals[`${field}_high`]] as [number, number]
    if (this.#over || signals['x_low'] === undefined || signals['y_low'] === undefined) return
    const [{ left = 0, top = 0 }, [across, down]] = [
      view.padding() as { left?: number; top?: number },
      view.origin() as [number, number],
    ]
    const area = { left: left + across, top: top + down, width: view.width(), height: view.height() }
    this.#pointer.show(panel, look, { ...area, x: ends('x'), y: ends('y') })
  }

  #give(view: View, { spec, signals, data }: Parted, shown: Parted): void {
    // Vega has made of them what is left beside the axes: the same, given again, would be laid out anew.
    for (const side of ['width', 'height'] as const) if (spec[side] !== shown.spec[side]) view[side](spec[side] as number)
    for (const [name, value] of Object.entries(signals))
      if (JSON.stringify(value) !== JSON.stringify(shown.signals[name])) view.signal(name, value)
    for (const [name, rows] of Object.entries(data)) if (!same(rows, shown.data[name]!)) view.data(name, rows)
  }
}

type Rows = Parted['data'][string]

function same(rows: Rows, others: Rows): boolean {
  return (
    rows.length === others.length &&
    rows.every((row, i) => Object.entries(row).every(([name, value]) => value === others[i]![name]))
  )
}
