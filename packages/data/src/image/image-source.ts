import { type FileSource, isPromise, show, typeError } from '@onecycle/platform'
import { readFile } from '#data/read-file.js'
import { withChannels } from './channels.js'
import { decodeImage } from './decode.js'
import type { Pixels } from './pixels.js'
import { type InMemory, pixelsOf } from './pixels-of.js'

/** What a picture is read from: an address, a Blob, the bytes of a file, pixels, a page's `ImageData`, or a tensor as `tf.browser.fromPixels` makes. */
export type ImageSource = FileSource | InMemory

/**
 * At once, where nothing has to be waited for.
 *
 * @throws Error for what cannot be read or is no picture; TypeError for what is no source
 */
export function readPixels(source: ImageSource, channels: 1 | 3, maxPixels: number): Pixels | Promise<Pixels> {
  const pixels = pixelsOf(source)
  if (pixels) return isPromise(pixels) ? pixels.then(pixels => checked(pixels, channels)) : checked(pixels, channels)
  const bytes = readFile(source as FileSource)
  return isPromise(bytes) ? bytes.then(bytes => decodeImage(bytes, channels, maxPixels)) : decodeImage(bytes, channels, maxPixels)
}

function checked(pixels: Pixels, channels: 1 | 3): Pixels {
  const { data, height, width, channels: own } = pixels
  const isArray = data instanceof Uint8Array || data instanceof Float32Array
  if (!isArray || data.length !== height * width * own || ![1, 3, 4].includes(own))
    throw typeError(
      'pixels',
      `pixels are ${show(data)} of height ${show(height)}, width ${show(width)} and channels ${show(own)}; expected a Uint8Array or Float32Array of as many.`,
    )
  if (own === channels) return pixels
  if (data instanceof Uint8Array) return withChannels({ data: new Uint8Array(data), height, width, channels: own }, channels)
  throw typeError('pixels', `pixels are floats of ${own} channels; expected ${channels}.`)
}
