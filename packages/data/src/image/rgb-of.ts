import type { Shown } from '../item/part.js'

/** The values of a picture in three channels, to draw on. */
export function rgbOf({ values, shape: [height, width, channels] }: NonNullable<Shown['picture']>): Float32Array {
  const rgb = new Float32Array(height * width * 3)
  for (let i = 0; i < height * width; i++)
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = values[i * channels + (channels === 3 ? c : 0)]!
  return rgb
}
