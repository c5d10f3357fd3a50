import type { Pixels } from '../image/pixels.js'

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

/** What gives values from 0 to 1 of a part of a row of a picture, in a light. */
export type RowReader = (row: Float64Array, y: number, left: number, right: number) => void

export function rowReader({ data, width, channels }: Pixels, light: Light): RowReader {
  const changes = light.scale !== 1 || light.shift !== 0
  if (data instanceof Uint8Array) {
    const table = changes ? plain.map(value => lit(value, light)) : plain
    return (row, y, left, right) => lookUp(data, table, row, y * width * channels, left * channels, right * channels)
  }
  return (row, y, left, right) => {
    const end = right * channels
    for (let i = left * channels, from = y * width * channels + i; i < end; i++, from++)
      row[i] = changes ? lit(data[from]!, light) : data[from]!
  }
}

/** By itself, since it is compiled to half the time so. */
function lookUp(data: Uint8Array, table: Float64Array, row: Float64Array, offset: number, from: number, to: number): void {
  for (let i = from; i < to; i++) row[i] = table[data[offset + i]!]!
}

/** Of each byte. */
const plain = Float64Array.from({ length: 256 }, (_, byte) => byte / 255)
