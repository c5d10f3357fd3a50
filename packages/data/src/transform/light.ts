import type { Pixels } from '../image/pixels.js'
import { drawing } from './drawing.js'

/** Brightness and contrast, in the logits of values: `sigmoid(scale * logit(value) + shift)`, so that all stay from 0 to 1. */
export interface Light {
  readonly scale: number
  readonly shift: number
}

export const asItIs: Light = { scale: 1, shift: 0 }

/** As fastai: black and white have logits too. */
const darkest = 1e-7

export function lit(value: number, { scale, shift }: Light): number {
  const clamped = Math.min(1 - darkest, Math.max(darkest, value))
  return 1 / (1 + Math.exp(-(scale * Math.log(clamped / (1 - clamped)) + shift)))
}

/** Lays the floats from 0 to 1 of a part of a row of a picture, in a light, down at an address of the drawing. */
export type RowReader = (to: number, y: number, left: number, right: number) => void

/** Numbers are counted from the beginning of a row, not pixels. */
export function rowReader({ data, width, channels }: Pixels, light: Light): RowReader {
  const desk = drawing()
  const changes = light.scale !== 1 || light.shift !== 0
  if (data instanceof Uint8Array) {
    const bytes = desk.room((width * channels) / 4)
    const table = changes ? desk.putFloats(Float32Array.from({ length: 256 }, (_, byte) => lit(byte / 255, light))) : 0
    return (to, y, left, right) => {
      const row = y * width * channels
      desk.bytes.set(data.subarray(row + left, row + right), bytes)
      if (changes) desk.run.byTable(bytes, table, to, right - left)
      else desk.run.ofBytes(bytes, to, right - left)
    }
  }
  return (to, y, left, right) => {
    const row = y * width * channels
    const values = data.subarray(row + left, row + right)
    desk.floats.set(changes ? values.map(value => lit(value, light)) : values, to / 4)
  }
}
