import type { Panel } from '../chart.js'
import type { Look } from '../theme.js'
import { placer } from '../ticks.js'
import { readingAt } from './readings.js'

/** Where the values of a panel lie in its holder, in pixels. */
export interface Area {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
}

/** Part of an axis. */
export type Window = readonly [number, number]

/** Pixels that a pointer moves before it chooses a part. */
const least = 5

/** Shows what is under the pointer, and has a part chosen by drawing over it; a double click gives all back. */
export class Pointer {
  readonly #holder: HTMLElement
  readonly #zoom: (window: Window | undefined) => void
  readonly #rule: HTMLElement
  readonly #box: HTMLElement
  readonly #words: HTMLElement
  readonly #leave = new AbortController()
  #shown: { panel: Panel; look: Look; area: Area } | undefined
  /** Where the part that is chosen began. */
  #from: number | undefined

  constructor(holder: HTMLElement, zoom: (window: Window | undefined) => void) {
    this.#holder = holder
    this.#zoom = zoom
    const make = (style: Partial<CSSStyleDeclaration>) => {
      const element = holder.ownerDocument.createElement('div')
      Object.assign(
        element.style,
        { position: 'absolute', pointerEvents: 'none', display: 'none', boxSizing: 'border-box' },
        style,
      )
      element.setAttribute('aria-hidden', 'true')
      return element
    }
    this.#rule = make({ width: '0', borderLeft: '1px dashed' })
    this.#box = make({ opacity: '0.2' })
    this.#words = make({
      padding: '4px 8px',
      borderRadius: '4px',
      font: '12px/1.45 system-ui, sans-serif',
      whiteSpace: 'nowrap',
      zIndex: '9',
    })
    this.#words.className = 'onecycle-plot-reading'
    holder.style.position = 'relative'
    const { signal } = this.#leave
    holder.addEventListener('pointermove', event => this.#move(event), { signal })
    holder.addEventListener('pointerdown', event => this.#press(event), { signal })
    holder.addEventListener('pointerup', event => this.#release(event), { signal })
    holder.addEventListener('pointerleave', () => this.#hide(), { signal })
    holder.addEventListener('pointercancel', () => this.#hide(), { signal })
    holder.addEventListener('dblclick', () => this.#zoomable && this.#zoom(undefined), { signal })
  }

  /** After each drawing: what there is now, and where. */
  show(panel: Panel, look: Look, area: Area): void {
    this.#shown = { panel, look, area }
    const { ground, ink, rule } = look.inks
    this.#rule.style.borderColor = rule
    this.#box.style.background = ink
    Object.assign(this.#words.style, { background: ground, color: ink, border: `1px solid ${rule}` })
    this.#holder.style.cursor = this.#zoomable ? 'crosshair' : ''
    // A view that is made anew has put out what was in the holder.
    if (this.#words.parentNode !== this.#holder) this.#holder.append(this.#rule, this.#box, this.#words)
  }

  clear(): void {
    this.#leave.abort()
  }

  get #zoomable(): boolean {
    return this.#shown !== undefined && !this.#shown.panel.drawn
  }

  /** Where an event is, from the edges of what is drawn; undefined beyond them. */
  #placeOf({ clientX, clientY }: PointerEvent): { across: number; down: number } | undefined {
    if (!this.#shown) return undefined
    const { area } = this.#shown
    const { left, top } = this.#holder.getBoundingClientRect()
    const [across, down] = [clientX - left - area.left, clientY - top - area.top]
    return across >= -2 && across <= area.width + 2 && down >= -2 && down <= area.height + 2 ? { across, down } : undefined
  }

  #move(event: PointerEvent): void {
    const place = this.#placeOf(event)
    if (!place || !this.#shown) {
      this.#hide()
      return
    }
    const { area, panel } = this.#shown
    if (this.#from !== undefined) {
      const [begin, end] = ends(this.#from, place.across)
      putAt(this.#box, { left: area.left + begin, top: area.top, width: end - begin, height: area.height })
    }
    const [alongX, alongY] = [placer(panel.x, area.x), placer(panel.y, area.y)]
    const reading = readingAt(panel, {
      x: valueAt(panel.x.log, area.x, place.across / area.width),
      y: valueAt(panel.y.log, area.y, 1 - place.down / area.height),
      apart: (ax, ay, bx, by) => Math.hypot((alongX(ax) - alongX(bx)) * area.width, (alongY(ay) - alongY(by)) * area.height),
    })
    if (!reading) {
      this.#hide(false)
      return
    }
    const left = area.left + alongX(reading.x) * area.width
    if (panel.drawn) this.#rule.style.display = 'none'
    else putAt(this.#rule, { left, top: area.top, height: area.height })
    this.#say(reading)
    const { offsetWidth: width, offsetHeight: height } = this.#words
    const at = panel.drawn ? area.left + place.across : left
    // On the side that has room.
    const beside = at + 12 + width <= this.#holder.clientWidth ? at + 12 : Math.max(0, at - 12 - width)
    putAt(this.#words, { left: beside, top: Math.max(0, area.top + Math.min(place.down, area.height - height)) })
  }

  #say({ title, rows }: NonNullable<ReturnType<typeof readingAt>>): void {
    const page = this.#holder.ownerDocument
    const line = (text: string, color?: string) => {
      const element = page.createElement('div')
      if (color) {
        const mark = page.createElement('span')
        Object.assign(mark.style, { display: 'inline-block', width: '8px', height: '8px', marginRight: '6px', background: color })
        element.append(mark)
      }
      element.append(text)
      return element
    }
    const { seriesAt } = this.#shown!.look
    const named = rows.map(({ name, value, color }) =>
      line(`${name} ${value}`, color === undefined ? undefined : seriesAt(color).color),
    )
    this.#words.style.display = 'block'
    this.#words.replaceChildren(line(title), ...named)
  }

  #press(event: PointerEvent): void {
    const place = this.#placeOf(event)
    if (!place || !this.#zoomable || event.button !== 0 || event.pointerType === 'touch') return
    this.#from = place.across
    // No text is marked meanwhile.
    event.preventDefault()
  }

  #release(event: PointerEvent): void {
    const [from, place] = [this.#from, this.#placeOf(event)]
    this.#from = undefined
    this.#box.style.display = 'none'
    if (from === undefined || !place || !this.#shown) return
    const { area, panel } = this.#shown
    const [begin, end] = ends(from, place.across).map(at => Math.min(area.width, Math.max(0, at))) as [number, number]
    if (end - begin < least) return
    this.#hide()
    this.#zoom([valueAt(panel.x.log, area.x, begin / area.width), valueAt(panel.x.log, area.x, end / area.width)])
  }

  #hide(whole = true): void {
    for (const element of [this.#rule, this.#words, ...(whole ? [this.#box] : [])]) element.style.display = 'none'
    if (whole) this.#from = undefined
  }
}

const ends = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a])

/** The value at a share of the way between two ends. */
function valueAt(log: boolean | undefined, [low, high]: Window, share: number): number {
  return log ? low * (high / low) ** share : low + (high - low) * share
}

function putAt(
  { style }: HTMLElement,
  { left, top, width, height }: { left: number; top: number; width?: number; height?: number },
): void {
  Object.assign(style, { display: 'block', left: `${left}px`, top: `${top}px` })
  if (width !== undefined) style.width = `${width}px`
  if (height !== undefined) style.height = `${height}px`
}
