import { rangeError, show, typeError } from '@onecycle/platform'
import type { Tensor3D } from '@tensorflow/tfjs-core'
import { isPixels, type Pixels } from './pixels.js'

/** What a canvas has of its pixels: bytes of red, green, blue and alpha, as a page's `ImageData`. */
export interface CanvasPixels {
  readonly data: Uint8ClampedArray
  readonly height: number
  readonly width: number
}

/** A picture that is in memory: pixels, those of a canvas, or a tensor [height, width, channels], of bytes where it is int32. */
export type InMemory = Pixels | CanvasPixels | Tensor3D

/**
 * The pixels of a picture that is in memory; undefined for what is to be read.
 *
 * @throws TypeError for a tensor of another form, RangeError for one that holds other than bytes or floats from 0 to 1
 */
export function pixelsOf(source: unknown): Pixels | Promise<Pixels> | undefined {
  if (isPixels(source)) return source
  if (isOfCanvas(source)) {
    const { data, height, width } = source
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), height, width, channels: 4 }
  }
  return isTensor(source) ? ofTensor(source) : undefined
}

function isOfCanvas(value: unknown): value is CanvasPixels {
  return typeof value === 'object' && value !== null && (value as Partial<CanvasPixels>).data instanceof Uint8ClampedArray
}

/** Asked without TensorFlow.js, which threads that read have not loaded. */
function isTensor(value: unknown): value is Tensor3D {
  return typeof value === 'object' && value !== null && 'dataId' in value && 'rankType' in value
}

async function ofTensor(tensor: Tensor3D): Promise<Pixels> {
  const { shape, dtype } = tensor
  if (tensor.isDisposed) throw typeError('pixels', `${show(tensor)} has been disposed: there are no pixels in it any more.`)
  if (tensor.rank !== 3 || (dtype !== 'int32' && dtype !== 'float32'))
    throw typeError(
      'pixels',
      `A tensor of ${dtype} [${shape}] is no picture; expected [height, width, channels], int32 of bytes or float32 from 0 to 1. Of several, give a list: tf.unstack(x).`,
    )
  const [height, width, channels] = shape
  const values = await tensor.data()
  const most = dtype === 'int32' ? 255 : 1
  const wrong = values.findIndex((value: number) => !(value >= 0 && value <= most))
  if (wrong >= 0)
    throw rangeError(
      'pixels',
      `The picture, a tensor of ${dtype} [${shape}], holds ${values[wrong]}; expected ${dtype === 'int32' ? 'bytes, from 0 to 255' : 'values from 0 to 1, or int32 bytes'}.`,
    )
  return { data: dtype === 'int32' ? Uint8Array.from(values) : Float32Array.from(values), height, width, channels }
}
