import type { Encoded } from '../item/item-encoder.js'
import type { Block, Part, Shown } from '../item/part.js'
import { mostPixels } from './decode.js'
import { checkImageOptions, type ImageBlockOptions, type Stats } from './image-options.js'
import { type ImageSource, readPixels } from './image-source.js'
import type { Pixels } from './pixels.js'

/** Plain JSON. */
export interface ImagePartState {
  readonly channels: 1 | 3
  readonly stats?: Stats | undefined
  readonly maxPixels: number
}

/** Pictures as floats, [height, width, channels]: from 0 to 1, or normalized. */
export class ImagePart implements Part<ImageSource, Pixels> {
  static readonly name: string = 'ImagePart'
  readonly kind = 'image'
  readonly slow = true
  readonly #state: ImagePartState
  /** What each byte becomes, channel by channel. */
  readonly #tables: readonly Float32Array[]

  constructor(state: ImagePartState) {
    this.#state = state
    const { stats } = state
    this.#tables = stats
      ? stats[0].map((_, c) => Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - stats[0][c]!) / stats[1][c]!))
      : []
  }

  state(): ImagePartState {
    return this.#state
  }

  /** What normalizes comes after it. */
  loading(): unknown {
    const { channels, maxPixels } = this.#state
    return { channels, maxPixels }
  }

  /** The same pictures, normalized by other statistics, or not at all. */
  normalized(stats: Stats | undefined): ImagePart {
    const { channels, maxPixels } = this.#state
    return new ImagePart({ channels, maxPixels, ...(stats && { stats }) })
  }

  load(source: ImageSource): Pixels | Promise<Pixels> {
    const { channels, maxPixels } = this.#state
    return readPixels(source, channels, maxPixels)
  }

  encode({ data, height, width, channels }: Pixels): Encoded {
    const shape = [height, width, channels]
    const { stats } = this.#state
    if (!stats) return data instanceof Uint8Array ? { values: data, shape, scale: 1 / 255 } : { values: data, shape }
    const values = new Float32Array(data.length)
    for (let c = 0; c < channels; c++) {
      if (data instanceof Uint8Array) {
        const table = this.#tables[c]!
        for (let i = c; i < data.length; i += channels) values[i] = table[data[i]!]!
      } else {
        const [mean, factor] = [stats[0][c]!, 1 / stats[1][c]!]
        for (let i = c; i < data.length; i += channels) values[i] = (data[i]! - mean) * factor
      }
    }
    return { values, shape }
  }

  show(values: ArrayLike<number>, shape: readonly number[]): Shown {
    return { picture: { values: this.#denormalized(values), shape: shape as [number, number, number] } }
  }

  /** Values from 0 to 1 again. */
  #denormalized(values: ArrayLike<number>): Float32Array {
    const { channels, stats } = this.#state
    return Float32Array.from(values, (value, i) =>
      stats ? Math.min(1, Math.max(0, value * stats[1][i % channels]! + stats[0][i % channels]!)) : value,
    )
  }
}

/**
 * Inputs are pictures: paths and other addresses, Blobs, bytes of files, or pixels. PNG, JPEG and WebP are read everywhere, others in Node where
 * sharp is installed. They are turned as EXIF says, and what is transparent is left out.
 *
 * @example
 * const block = new DataBlock({ blocks: [ImageBlock({ channels: 1 }), CategoryBlock()], get_items: get_image_files, get_y: parent_label })
 */
export function ImageBlock(options: ImageBlockOptions = {}): Block<ImageSource> {
  checkImageOptions('ImageBlock', options)
  const { channels = 3, stats, maxPixels = mostPixels } = options
  const part = new ImagePart({ channels, maxPixels, ...(stats && { stats }) })
  return { fit: () => part }
}
