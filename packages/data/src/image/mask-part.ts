import {
  checkCount,
  checkOptions,
  codeOf,
  type FileSource,
  kind,
  nameOf,
  plainError,
  rangeError,
  show,
  typeError,
} from '@onecycle/platform'
import type { ColorName } from '@onecycle/plot'
import { readFile } from '#data/read-file.js'
import type { Encoded } from '../item/item-encoder.js'
import type { Block, Part, Shown } from '../item/part.js'
import type { Head } from '../target.js'
import { decodeMask } from './decode.js'
import type { ImageSource } from './image-source.js'
import type { Mask, Pixels } from './pixels.js'
import { pixelsOf } from './pixels-of.js'
import { rgbOf } from './rgb-of.js'

/** Plain JSON. */
export interface MaskPartState {
  readonly classes: readonly string[]
  /** What stands in files for each class, where it is not its number. */
  readonly values?: readonly number[] | undefined
}

/** A class for each pixel, int32 [height, width]. */
export class MaskPart implements Part<ImageSource, Mask> {
  static readonly name: string = 'MaskPart'
  readonly kind = 'mask'
  readonly slow = true
  readonly head: Head
  readonly #state: MaskPartState
  readonly #numbers: Int16Array

  constructor(state: MaskPartState) {
    this.#state = state
    const { classes, values = classes.keys() } = state
    // The size is that of the pictures.
    this.head = { target: 'class', targetShape: [], c: classes.length, classes }
    this.#numbers = new Int16Array(256).fill(-1)
    for (const [number, value] of [...values].entries()) this.#numbers[value] = number
  }

  state(): MaskPartState {
    return this.#state
  }

  async load(source: ImageSource): Promise<Mask> {
    const raw = await (pixelsOf(source) ?? this.#read(source as FileSource))
    if (raw.channels !== 1) throw typeError('mask', `its mask has ${raw.channels} channels; expected 1, the class of each pixel.`)
    const data = new Uint8Array(raw.data.length)
    for (let i = 0; i < data.length; i++) {
      const number = this.#numbers[raw.data[i]!] ?? -1
      if (number < 0)
        throw rangeError(
          'mask',
          `its mask has the value ${raw.data[i]} at x ${i % raw.width}, y ${Math.floor(i / raw.width)}, which is none of the ${this.#state.classes.length} ` +
            `classes${this.#state.values ? `: ${show(this.#state.values)}` : ', numbered from 0'}.`,
        )
      data[i] = number
    }
    return { mask: { ...raw, data } }
  }

  async #read(source: FileSource): Promise<Pixels> {
    const bytes = await readFile(source)
    return decodeMask(bytes).catch(cause => {
      throw plainError(codeOf(cause, 'mask'), `its mask ${nameOf(source)}: ${cause.message}`, { cause })
    })
  }

  encode({ mask }: Mask): Encoded {
    return { values: Int32Array.from(mask.data), shape: [mask.height, mask.width] }
  }

  /** Each class in a colour of its own over the picture; the first one, which most often is the background, is left clear. */
  showOn({ picture }: Shown, values: ArrayLike<number>): Shown {
    if (!picture) return {}
    const [height, width] = picture.shape
    const rgb = rgbOf(picture)
    for (let i = 0; i < height * width; i++) {
      if (values[i] === 0) continue
      const color = colorOf(values[i]!)
      for (let c = 0; c < 3; c++) rgb[3 * i + c] = 0.45 * rgb[3 * i + c]! + 0.55 * color[c]!
    }
    return { picture: { values: rgb, shape: [height, width, 3] } }
  }

  colors(values: readonly ArrayLike<number>[]): readonly ColorName[] {
    const seen = new Set(values.flatMap(each => [...new Set(Array.from(each))]))
    const hex = (part: number) =>
      Math.round(255 * part)
        .toString(16)
        .padStart(2, '0')
    return this.#state.classes.flatMap((name, number) =>
      number > 0 && seen.has(number) ? [{ name, color: `#${colorOf(number).map(hex).join('')}` }] : [],
    )
  }
}

/** Of a class but the first one: no two have the same. */
function colorOf(number: number): readonly number[] {
  const color = colors[number - 1]
  if (color) return color
  // By the golden angle hues lie as far apart as they can; every other one is lighter.
  const hue = (number * 137.508) % 360
  const [lightness, chroma] = number % 2 ? [0.35, 0.33] : [0.72, 0.25]
  return [0, 8, 4].map(turn => {
    const k = (turn + hue / 30) % 12
    return lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))
  })
}

/** Okabe and Ito's, which people tell apart who see few colours, and others that are none of these. */
const colors = [
  [0.9, 0.62, 0],
  [0.34, 0.71, 0.91],
  [0, 0.62, 0.45],
  [0.94, 0.89, 0.26],
  [0, 0.45, 0.7],
  [0.84, 0.37, 0],
  [0.8, 0.47, 0.65],
  [0.5, 0.25, 0.78],
  [0.65, 0.85, 0.33],
  [0.55, 0, 0.1],
  [0, 0.9, 0.9],
  [0.5, 0.31, 0.12],
  [1, 0.75, 0.85],
  [0.13, 0.13, 0.5],
  [0.6, 0.6, 0.6],
]

/** What a `MaskBlock` is given: names of the classes, and the value of a pixel for each. */
export interface MaskBlockOptions {
  /** Names of the classes. */
  codes: readonly string[]
  /** What stands in files for each class, as [0, 255]. Default: their numbers. */
  values?: readonly number[] | undefined
}

/**
 * Targets are masks: pictures of the size of the input, whose grey values, or numbers of a palette's colours, are the class of each pixel.
 *
 * @example
 * MaskBlock({ codes: ['background', 'cell'], values: [0, 255] })
 */
export function MaskBlock(options: MaskBlockOptions): Block<ImageSource> {
  checkOptions<MaskBlockOptions>('MaskBlock', options, { codes: kind.listOf(kind.string), values: kind.listOf(kind.number) })
  const { codes, values } = options
  if (!codes || codes.length < 2 || codes.length > 256)
    throw rangeError('mask-classes', `MaskBlock: codes is ${show(codes)}; expected the names of 2 to 256 classes.`)
  if (values && values.length !== codes.length)
    throw rangeError('mask-classes', `MaskBlock: there are ${values.length} values for ${codes.length} codes; expected as many.`)
  for (const value of values ?? []) checkCount('a value of MaskBlock', value, 0, 255)
  return { fit: () => new MaskPart({ classes: codes, ...(values && { values }) }) }
}
