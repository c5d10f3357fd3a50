import { checkOptions, kind, rangeError, show, toBase64, typeError } from '@onecycle/platform'
import type { Panel } from '../chart.js'
import type { Json } from '../json.js'
import { fit } from '../render/framed.js'
import type { Pen } from '../render/pen.js'
import type { Look } from '../theme.js'
import { letter } from './named-axis.js'
import { type ColorName, legendHeight, legendLayers, legendLines } from './picture-legend.js'
import { pixels } from './pixels.js'
import { rgbPng } from './png.js'

/** Grey or red, green and blue values of a picture, row by row from the top. */
export interface Picture {
  readonly values: ArrayLike<number>
  /** Height, width, and 1 or 3. */
  readonly shape: readonly [height: number, width: number, channels: number]
  /** Lines below it. Default: none. */
  readonly caption?: readonly string[] | undefined
}

/** What `picturesPanel` draws: pictures in rows, how many across, and a legend. */
export interface PicturesPanelOptions {
  /** Default: none. */
  title?: string | undefined
  pictures: readonly Picture[]
  /** Pictures in a row. Default: as many as make a square, at most 6. */
  across?: number | undefined
  /** What colours stand for that are drawn into the pictures, such as the classes of masks; said below them. Default: none. */
  legend?: readonly ColorName[] | undefined
}

const fontSize = 12
const lineHeight = 15
const gap = 14
/** Side of a picture, however few there are. */
const largest = 240

/**
 * A panel of pictures with captions. Values are drawn from the lowest of all pictures, black, to the highest; values from 0 to 1, or to 255, are
 * drawn as they are.
 *
 * @throws TypeError for an unknown or ill-typed option, RangeError for pictures whose values do not make their shape
 *
 * @example
 * const panel = picturesPanel({ pictures: [{ values: [0, 1, 1, 0], shape: [2, 2, 1], caption: ['a cross'] }] })
 * console.log(String(new Plot({ panels: [panel] })))
 */
export function picturesPanel(options: PicturesPanelOptions): Panel {
  checkOptions<PicturesPanelOptions>('picturesPanel', options, {
    ...{ title: kind.string, pictures: kind.listOf(kind.object), across: kind.number, legend: kind.listOf(kind.object) },
  })
  const { title = '', pictures = [], legend = [] } = options
  if (pictures.length === 0)
    throw rangeError('panel-data', 'picturesPanel: there are no pictures to draw; expected at least one.')
  for (const { values, shape } of pictures) {
    const [height, width, channels] = shape ?? []
    if (!(width! > 0 && height! > 0 && (channels === 1 || channels === 3) && values?.length === height! * width! * channels))
      throw rangeError(
        'panel-data',
        `picturesPanel: a picture has ${values?.length} values for the shape ${show(shape)}; expected height times width times channels, 1 or 3.`,
      )
  }
  for (const { name, color } of legend)
    if (typeof name !== 'string' || !/^#[0-9a-f]{6}$/i.test(color))
      throw typeError(
        'panel-data',
        `picturesPanel: legend has { name, color: '#rrggbb' } for each colour, but got ${show({ name, color })}.`,
      )
  const across = Math.min(pictures.length, options.across ?? Math.min(6, Math.ceil(Math.sqrt(pictures.length))))
  const range = rangeOf(pictures)
  const captions = Math.max(...pictures.map(({ caption = [] }) => caption.length))
  const cell = (width: number) => {
    const side = Math.min(largest, (width - gap * (across - 1)) / across)
    const tall = side * Math.max(...pictures.map(({ shape: [height, width] }) => height / width))
    return { side, tall, step: tall + captions * lineHeight + gap }
  }
  return {
    title,
    x: { label: '' },
    y: { label: '' },
    series: [],
    drawn: {
      size: (look, count) => {
        const { width } = look.panelSize(count)
        return { width, height: Math.ceil(pictures.length / across) * cell(width).step + legendHeight(legend, width) }
      },
      layers: (look, count) => {
        const { width } = look.panelSize(count)
        const below = Math.ceil(pictures.length / across) * cell(width).step
        return [...layers(pictures, range, across, cell(width), look), ...legendLayers(legend, width, below, look)]
      },
      lines: (width, _, pen) => [
        ...(title ? [pen.bold(fit(title, width))] : []),
        ...lines(pictures, range, across, width, pen),
        ...legendLines(legend, width, pen),
      ],
      source: ['pictures', options],
      words: () =>
        `${title ? `${title}: ` : ''}${pictures.map(({ caption = [] }) => caption.join(', ') || 'a picture').join('; ')}`,
    },
  }
}

type Range = readonly [low: number, high: number]

function rangeOf(pictures: readonly Picture[]): Range {
  let [low, high] = [0, 0]
  for (const { values } of pictures)
    for (let i = 0; i < values.length; i++) {
      if (values[i]! < low) low = values[i]!
      if (values[i]! > high) high = values[i]!
    }
  if (low === 0 && high <= 1) return [0, 1]
  return low === 0 && high <= 255 ? [0, 255] : [low, high]
}

/** Red, green and blue of a pixel, from 0 to 255. */
function colorOf({ values, shape: [, width, channels] }: Picture, [low, high]: Range, y: number, x: number): number[] {
  const at = (y * width + x) * channels
  return [0, 1, 2].map(c => {
    const share = (values[at + (channels === 3 ? c : 0)]! - low) / (high - low)
    return Math.round(255 * Math.min(1, Math.max(0, share || 0)))
  })
}

interface Cell {
  readonly side: number
  readonly tall: number
  readonly step: number
}

function layers(pictures: readonly Picture[], range: Range, across: number, { side, tall, step }: Cell, look: Look): Json[] {
  const at = (i: number) => ({ x: (i % across) * (side + gap), y: Math.floor(i / across) * step })
  const images = pictures.map((picture, i): Json => {
    const [height, width] = picture.shape
    const scale = Math.min(side / width, tall / height)
    return {
      data: { values: [at(i)] },
      mark: {
        ...{ type: 'image', align: 'left', baseline: 'top', aspect: false, smooth: scale < 1 },
        ...{ url: urlOf(picture, range), width: width * scale, height: height * scale },
      },
      encoding: pixels,
    }
  })
  const most = Math.floor(side / (fontSize * letter))
  const captions = pictures.flatMap(({ caption = [] }, i) =>
    caption.map((text, line) => ({
      x: at(i).x,
      y: at(i).y + tall + (line + 0.7) * lineHeight,
      text: text.length > most ? fit(text, most) : text,
    })),
  )
  const words = {
    data: { values: captions },
    mark: { type: 'text', align: 'left', baseline: 'middle', fontSize, color: look.inks.ink },
    encoding: { ...pixels, text: { field: 'text', type: 'nominal' } },
  }
  return captions.length > 0 ? [...images, words] : images
}

/** The picture as an address of its content. */
function urlOf(picture: Picture, range: Range): string {
  const [height, width] = picture.shape
  const rgb = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgb.set(colorOf(picture, range, y, x), (y * width + x) * 3)
  return `data:image/png;base64,${toBase64(rgbPng(width, rgb))}`
}

/** Two rows of pixels to a line, above each other in one character; without colours their brightness as shades. */
function lines(pictures: readonly Picture[], range: Range, across: number, width: number, pen: Pen): string[] {
  const side = Math.max(4, Math.min(28, Math.floor((width - 2 * (across - 1)) / across)))
  const blocks = pictures.map(picture => [
    ...pixelLines(picture, range, side, pen),
    ...(picture.caption ?? []).map(text => fit(text, side)),
  ])
  const all: string[] = []
  for (let i = 0; i < blocks.length; i += across) {
    const row = blocks.slice(i, i + across)
    const tall = Math.max(...row.map(block => block.length))
    const rest = ' '.repeat(Math.max(0, width - row.length * side - 2 * (row.length - 1)))
    if (i > 0) all.push(' '.repeat(width))
    for (let line = 0; line < tall; line++) all.push(row.map(block => block[line] ?? ' '.repeat(side)).join('  ') + rest)
  }
  return all
}

const shades = ' ░▒▓█'

function pixelLines(picture: Picture, range: Range, side: number, pen: Pen): string[] {
  const [height, width] = picture.shape
  const tall = Math.max(1, Math.round((side * height) / width / 2))
  const pixel = (y: number, x: number) =>
    colorOf(picture, range, Math.min(height - 1, Math.floor((y * height) / (2 * tall))), Math.floor((x * width) / side))
  const hex = (parts: number[]) => `#${parts.map(part => part.toString(16).padStart(2, '0')).join('')}`
  return Array.from({ length: tall }, (_, line) =>
    Array.from({ length: side }, (_, x) => {
      const [above, below] = [pixel(2 * line, x), pixel(2 * line + 1, x)]
      if (pen.isColored) return pen.bgHex(hex(below))(pen.hex(hex(above))('▀'))
      const light = [...above, ...below].reduce((sum, part) => sum + part, 0) / (6 * 256)
      return shades[Math.floor(light * 5)]!
    }).join(''),
  )
}
