import type { Pixels } from '../image/pixels.js'
import type { Plane } from './render.js'

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

/** A part of a picture as floats from 0 to 1, in a light. */
export function litPlane(
  { data, width: wide, channels }: Pixels,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
  light: Light,
): Plane {
  const out = new Float32Array(height * width * channels)
  const changes = light.scale !== 1 || light.shift !== 0
  const row = width * channels
  if (data instanceof Uint8Array) {
    const table = changes ? tableOf(light) : plain
    for (let y = 0, to = 0; y < height; y++) {
      const from = ((top + y) * wide + left) * channels
      for (let i = 0; i < row; i++, to++) out[to] = table[data[from + i]!]!
    }
  } else {
    for (let y = 0, to = 0; y < height; y++) {
      const from = ((top + y) * wide + left) * channels
      for (let i = 0; i < row; i++, to++) out[to] = changes ? lit(data[from + i]!, light) : data[from + i]!
    }
  }
  return { data: out, height, width, channels }
}

const plain = Float32Array.from({ length: 256 }, (_, byte) => byte / 255)

/** Of each byte. */
function tableOf(light: Light): Float32Array {
  return plain.map(value => lit(value, light))
}
