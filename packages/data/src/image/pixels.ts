/** A picture: bytes from 0 to 255 or floats from 0 to 1, row by row from the top, the channels of a pixel together. */
export interface Pixels {
  readonly data: Uint8Array | Float32Array
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Where something is in a picture. */
export interface Points {
  /** In pixels from the top left corner: x and y of each, one after the other. */
  readonly points: Float32Array
}

/** A class for each pixel of a picture. */
export interface Mask {
  readonly mask: Pixels
}

export function isPixels(value: unknown): value is Pixels {
  return typeof value === 'object' && value !== null && 'data' in value && 'height' in value && 'channels' in value
}

export function isMask(value: unknown): value is Mask {
  return typeof value === 'object' && value !== null && 'mask' in value
}

export function isPoints(value: unknown): value is Points {
  return typeof value === 'object' && value !== null && 'points' in value
}
