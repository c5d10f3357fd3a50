import { rangeError, typeError } from '@onecycle/platform'
import { isMask, isPixels, isPoints, type Pixels, type Points } from '../image/pixels.js'
import type { LoadedSample } from '../item/part.js'
import { asItIs, type Light } from './light.js'
import { identity, inverse, type Matrix, moved, times } from './matrix.js'
import { type Frame, type Plane, render, renderNearest } from './render.js'
import type { PaddingMode } from './taps.js'

/** A rectangle of what is drawn that is covered, and by which value. */
export interface Hole {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly value: number
}

interface Looks {
  readonly frame: Frame
  readonly light: Light
  readonly holes: readonly Hole[]
}

/**
 * A picture, with its mask or points, on its way through transforms: they are gathered, and the picture is drawn once, when it is asked for.
 */
export class ImageSample implements LoadedSample {
  readonly #source: LoadedSample & { readonly x: Pixels }
  readonly #looks: Looks
  #x: Pixels | undefined

  private constructor(source: LoadedSample & { readonly x: Pixels }, looks: Looks) {
    this.#source = source
    this.#looks = looks
  }

  /** @throws TypeError for a sample whose input is no picture; RangeError for a mask of another size */
  static of(sample: LoadedSample): ImageSample {
    if (sample instanceof ImageSample) return sample
    const { x, y } = sample
    if (!isPixels(x))
      throw typeError(
        'not-pictures',
        'a transform of pictures was given what is none; expected the block of inputs to be ImageBlock().',
      )
    const { height, width } = x
    const other = isMask(y) ? y.mask : isPixels(y) ? y : undefined
    if (other && (other.height !== height || other.width !== width))
      throw rangeError(
        'shapes-differ',
        `it is ${width} x ${height} pixels, but its ${isMask(y) ? 'mask' : 'target'} ${other.width} x ${other.height}: they have to have one size.`,
      )
    const frame: Frame = { height, width, matrix: identity, padding: 'reflection' }
    return new ImageSample({ x, y }, { frame, light: asItIs, holes: [] })
  }

  get channels(): number {
    return this.#source.x.channels
  }

  get height(): number {
    return this.#looks.frame.height
  }

  get width(): number {
    return this.#looks.frame.width
  }

  /** As a frame shows it that is put over the present one: where its points lie in that. */
  seen(matrix: Matrix, size: { height: number; width: number } = this, padding?: PaddingMode): ImageSample {
    const { frame, holes } = this.#looks
    const { height, width } = size
    const next = { height, width, matrix: times(frame.matrix, matrix), padding: padding ?? frame.padding }
    return new ImageSample(this.#source, { ...this.#looks, frame: next, holes: holes.map(hole => movedHole(hole, matrix)) })
  }

  lit({ scale, shift }: Light): ImageSample {
    const { light } = this.#looks
    return new ImageSample(this.#source, {
      ...this.#looks,
      light: { scale: light.scale * scale, shift: light.shift * scale + shift },
    })
  }

  covered(hole: Hole): ImageSample {
    return new ImageSample(this.#source, { ...this.#looks, holes: [...this.#looks.holes, hole] })
  }

  get x(): Pixels {
    this.#x ??= this.#drawn(this.#source.x, true)
    return this.#x
  }

  get y(): unknown {
    const { y } = this.#source
    const { frame } = this.#looks
    if (isMask(y))
      return { mask: isSame(frame, y.mask) ? y.mask : { ...sizeOf(frame), data: renderNearest(y.mask, frame), channels: 1 } }
    if (isPixels(y)) return this.#drawn(y, false)
    if (isPoints(y)) return this.#moved(y)
    return y
  }

  #drawn(pixels: Pixels, isInput: boolean): Pixels {
    const { frame, light, holes } = this.#looks
    const isLit = isInput && (light.scale !== 1 || light.shift !== 0)
    if (isSame(frame, pixels) && !isLit && holes.length === 0) return pixels
    const drawn = render(pixels, frame, isInput ? light : asItIs)
    if (isInput) for (const hole of holes) cover(drawn, hole)
    return drawn
  }

  #moved({ points }: Points): Points {
    const { matrix } = this.#looks.frame
    const back = inverse(matrix)
    const out = new Float32Array(points.length)
    for (let i = 0; i < points.length; i += 2) out.set(moved(back, points[i]!, points[i + 1]!), i)
    return { points: out }
  }
}

function sizeOf({ height, width }: Frame) {
  return { height, width }
}

function isSame({ height, width, matrix }: Frame, pixels: Pixels): boolean {
  return height === pixels.height && width === pixels.width && matrix.every((value, i) => value === identity[i])
}

function movedHole({ left, top, width, height, value }: Hole, matrix: Matrix): Hole {
  const back = inverse(matrix)
  const [x0, y0] = moved(back, left, top).map(Math.round) as [number, number]
  const [x1, y1] = moved(back, left + width, top + height).map(Math.round) as [number, number]
  return { left: Math.min(x0, x1), top: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0), value }
}

function cover({ data, width, height, channels }: Plane, hole: Hole): void {
  const [left, top] = [Math.max(0, hole.left), Math.max(0, hole.top)]
  const [right, bottom] = [Math.min(width, hole.left + hole.width), Math.min(height, hole.top + hole.height)]
  for (let y = top; y < bottom; y++)
    for (let i = (y * width + left) * channels; i < (y * width + right) * channels; i++) data[i] = hole.value
}
