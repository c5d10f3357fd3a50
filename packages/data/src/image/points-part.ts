import { checkCount, checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'
import type { Encoded } from '../item/item-encoder.js'
import type { Block, LoadedSample, Part, Shown } from '../item/part.js'
import type { Head } from '../target.js'
import { isPixels, type Points } from './pixels.js'
import { rgbOf } from './rgb-of.js'

/** Places in a picture, in pixels from its top left corner. */
export type KeyPoints = readonly (readonly [x: number, y: number])[]

/** Places as values, x and y of each, from -1 at the left and the top to 1 at the right and the bottom. */
export class PointsPart implements Part<KeyPoints, Points> {
  static readonly name: string = 'PointsPart'
  readonly kind = 'points'
  readonly head: Head
  readonly #count: number

  constructor({ count }: { readonly count: number }) {
    this.#count = count
    this.head = { target: 'value', targetShape: [2 * count], c: undefined }
  }

  state() {
    return { count: this.#count }
  }

  load(given: KeyPoints): Points {
    const values = Array.isArray(given) ? given.flat() : []
    if (values.length !== 2 * this.#count || !values.every(Number.isFinite))
      throw rangeError('points', `its points are ${show(given)}; expected ${this.#count}, each [x, y] in pixels.`)
    return { points: Float32Array.from(values) }
  }

  encode({ points }: Points, { x }: LoadedSample): Encoded {
    if (!isPixels(x)) throw typeError('not-pictures', 'points are of pictures; expected the block of inputs to be ImageBlock().')
    return { values: points.map((value, i) => (2 * value) / (i % 2 === 0 ? x.width : x.height) - 1), shape: [points.length] }
  }

  /** A red square at each place. */
  showOn({ picture }: Shown, values: ArrayLike<number>): Shown {
    if (!picture) return {}
    const [height, width] = picture.shape
    const rgb = rgbOf(picture)
    const radius = Math.floor(Math.min(height, width) / 40)
    for (let i = 0; i < values.length; i += 2) {
      const [column, row] = [((values[i]! + 1) * width) / 2, ((values[i + 1]! + 1) * height) / 2].map(Math.floor) as [
        number,
        number,
      ]
      for (let y = Math.max(0, row - radius); y <= Math.min(height - 1, row + radius); y++)
        for (let x = Math.max(0, column - radius); x <= Math.min(width - 1, column + radius); x++)
          rgb.set([1, 0.1, 0.1], (y * width + x) * 3)
    }
    return { picture: { values: rgb, shape: [height, width, 3] } }
  }
}

/**
 * Targets are places in a picture, [x, y] in pixels of its file each, as many in all of them. They move with the picture, and become values from
 * -1 to 1; beyond that they lie outside of what is left of it.
 *
 * @param options.count how many. Default: as many as the first item has.
 * @example
 * const faces = new DataBlock({
 *   blocks: [ImageBlock({ channels: 3 }), PointBlock({ count: 2 })],
 *   get_x: ({ file }: { file: string; eyes: KeyPoints }) => file,
 *   get_y: ({ eyes }) => eyes,
 *   item_tfms: [tfms.Resize(96)],
 * })
 */
export function PointBlock(options: { count?: number | undefined } = {}): Block<KeyPoints> {
  checkOptions<{ count?: number }>('PointBlock', options, { count: kind.number })
  return {
    fit: ([first]) => {
      const count = options.count ?? (Array.isArray(first) ? first.length : 0)
      return new PointsPart({ count: checkCount('the number of points', count, 1) })
    },
  }
}
