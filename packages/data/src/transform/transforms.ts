import { checkCount, checkNumber, checkOptions, kind, type Random, rangeError, show } from '@onecycle/platform'
import type { ImageSample } from './image-sample.js'
import {
  drawn,
  drawnLog,
  ImageTransform,
  type Range,
  randomly,
  rangeKind,
  type Size,
  sidesOf,
  sizeKind,
} from './image-transform.js'
import { about, type Matrix, perspective, scaling, times, translation } from './matrix.js'
import type { PaddingMode } from './taps.js'

/** How a picture comes to a size: cut where it is longer, filled up where it is shorter, or squeezed. */
export type ResizeMethod = 'crop' | 'pad' | 'squish'

const paddingKind = kind.choice('zeros', 'border', 'reflection')

/**
 * Makes pictures of one size: as large as needed and cut, at a random place where they are trained on and in the middle elsewhere; with room
 * left, and filled up; or squeezed.
 *
 * Source: fastai 2's `Resize`.
 *
 * @param size in pixels: of both sides, or [height, width]
 * @param options.method default 'crop'
 * @param options.padding_mode of 'pad'. Default 'reflection'.
 * @example
 * const data = await new DataBlock({
 *   blocks: [ImageBlock(), CategoryBlock()], get_items: get_image_files, get_y: parent_label, item_tfms: [tfms.Resize(64)],
 * }).dataloaders('pets')
 */
export function Resize(
  size: Size,
  options: { method?: ResizeMethod | undefined; padding_mode?: PaddingMode | undefined } = {},
): ImageTransform {
  checkOptions<{ method?: ResizeMethod; padding_mode?: PaddingMode }>('Resize', options, {
    method: kind.choice('crop', 'pad', 'squish'),
    padding_mode: paddingKind,
  })
  const { method = 'crop', padding_mode = 'reflection' } = options
  const sides = sidesOf('Resize', size)
  return new ImageTransform('Resize', { size, method, padding_mode }, 'resize', (sample, random) =>
    cropped(scaled(sample, sides, method), sides, padding_mode, method === 'crop' ? random : undefined),
  )
}

/**
 * As large as a size needs, not yet cut.
 *
 * @param method 'crop': both sides at least the size; 'pad': at most; 'squish': the size
 */
export function resize(options: { size: Size; method: ResizeMethod }): ImageTransform {
  const sides = sidesOf('resize', options.size)
  return new ImageTransform('resize', options, 'resize', sample => scaled(sample, sides, options.method))
}

function scaled(sample: ImageSample, { height, width }: Sides, method: ResizeMethod): ImageSample {
  const [x, y] = [sample.width / width, sample.height / height]
  if (method === 'squish') return sample.seen(scaling(x, y), { height, width })
  const scale = method === 'crop' ? Math.min(x, y) : Math.max(x, y)
  const size = { height: Math.max(1, Math.round(sample.height / scale)), width: Math.max(1, Math.round(sample.width / scale)) }
  return sample.seen(scaling(sample.width / size.width, sample.height / size.height), size)
}

interface Sides {
  readonly height: number
  readonly width: number
}

/** Cut to a size, or filled up to it: in the middle, or at a random place. */
function cropped(sample: ImageSample, size: Sides, padding: PaddingMode, random: Random | undefined): ImageSample {
  const place = (left: number) => (left > 0 ? Math.floor((left + 1) * (random?.uniform() ?? 0.5)) : Math.floor(left / 2))
  const [x, y] = [place(sample.width - size.width), place(sample.height - size.height)]
  return sample.seen(translation(x, y), size, padding)
}

/** What transforms that cut are given: the size in pixels, and what lies beyond the edge. */
export interface CropOptions {
  /** Default: the size asked for of the data; without one nothing is cut. */
  size?: Size | undefined
  padding_mode?: PaddingMode | undefined
}

const cropKinds = { size: sizeKind, padding_mode: paddingKind }

/**
 * Cuts out the middle, or fills up by what `padding_mode` says ('reflection'). Source: fastai 1's `crop_pad`; so are those below.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.crop_pad({ size: 60 })], []]
 */
export function crop_pad(options: CropOptions = {}): ImageTransform<CropOptions> {
  checkOptions<CropOptions>('crop_pad', options, cropKinds)
  const { size, padding_mode = 'reflection' } = options
  const sides = size === undefined ? undefined : sidesOf('crop_pad', size)
  return new ImageTransform('crop_pad', options, 'crop', sample => cropped(sample, sides ?? sample, padding_mode, undefined))
}

/**
 * As {@link crop_pad}, at a random place.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.pad({ padding: 4 }), tfms.rand_crop({ size: 32 })], []]
 */
export function rand_crop(options: CropOptions = {}): ImageTransform<CropOptions> {
  checkOptions<CropOptions>('rand_crop', options, cropKinds)
  const { size, padding_mode = 'reflection' } = options
  const sides = size === undefined ? undefined : sidesOf('rand_crop', size)
  return new ImageTransform('rand_crop', options, 'crop', (sample, random) =>
    cropped(sample, sides ?? sample, padding_mode, random),
  )
}

/**
 * Cuts out a part of random size and form and brings it to a size; where nothing is drawn, as {@link Resize}.
 *
 * Source: fastai 2's `RandomResizedCrop`, after Szegedy et al., "Going deeper with convolutions".
 *
 * @param options.min_scale smallest part of the area. Default 0.08.
 * @param options.ratio of width to height. Default [3 / 4, 4 / 3].
 * @example
 * const [train, valid]: TransformPair = [[tfms.RandomResizedCrop(64, { min_scale: 0.35 })], []]
 */
export function RandomResizedCrop(
  size: Size,
  options: { min_scale?: number | undefined; ratio?: readonly [number, number] | undefined } = {},
): ImageTransform {
  checkOptions<{ min_scale?: number; ratio?: readonly [number, number] }>('RandomResizedCrop', options, {
    min_scale: kind.number,
    ratio: kind.listOf(kind.number),
  })
  const { min_scale = 0.08, ratio = [3 / 4, 4 / 3] } = options
  checkNumber('RandomResizedCrop: min_scale', min_scale, { above: 0, max: 1 })
  requireRange('RandomResizedCrop: ratio', ratio, 0)
  const sides = sidesOf('RandomResizedCrop', size)
  return new ImageTransform('RandomResizedCrop', { size, min_scale, ratio }, 'resize', (sample, random) => {
    for (let tries = 0; random && tries < 10; tries++) {
      const area = random.uniform(min_scale, 1) * sample.width * sample.height
      const form = drawnLog(random, ratio)
      const width = Math.round(Math.sqrt(area * form))
      const height = Math.round(Math.sqrt(area / form))
      if (width < 1 || height < 1 || width > sample.width || height > sample.height) continue
      const [x, y] = [random.int(sample.width - width + 1), random.int(sample.height - height + 1)]
      return sample.seen(times(translation(x, y), scaling(width / sides.width, height / sides.height)), sides)
    }
    return cropped(scaled(sample, sides, 'crop'), sides, 'reflection', undefined)
  })
}

/**
 * Mirrors left and right.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.flip_lr()], []]
 */
export function flip_lr(options: { p?: number | undefined } = {}): ImageTransform {
  checkOptions<{ p?: number }>('flip_lr', options, { p: kind.number })
  const { p = 0.5 } = options
  return randomly('flip_lr', { p }, 'move', sample => sample.seen([-1, 0, sample.width, 0, 1, 0, 0, 0, 1]))
}

/**
 * Mirrors and turns by a random one of the eight ways in which a square comes to lie on itself.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.dihedral({ p: 1 })], []]
 */
export function dihedral(options: { p?: number | undefined } = {}): ImageTransform {
  checkOptions<{ p?: number }>('dihedral', options, { p: kind.number })
  const { p = 1 } = options
  return randomly('dihedral', { p }, 'move', (sample, random) => {
    const way = random.int(8)
    const [x, y] = [way & 1 ? -1 : 1, way & 2 ? -1 : 1]
    return relative(sample, way & 4 ? [0, x, 0, y, 0, 0, 0, 0, 1] : [x, 0, 0, 0, y, 0, 0, 0, 1])
  })
}

interface RotateOptions {
  degrees?: Range | undefined
  p?: number | undefined
}

/**
 * Turns about the middle, by degrees from a range. Default [-10, 10], with a probability of 0.75.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.rotate({ degrees: [-30, 30] })], []]
 */
export function rotate(options: RotateOptions = {}): ImageTransform {
  checkOptions<RotateOptions>('rotate', options, { degrees: rangeKind, p: kind.number })
  const { degrees = [-10, 10], p = 0.75 } = options
  return randomly('rotate', { degrees, p }, 'move', (sample, random) => {
    const angle = (drawn(random, degrees) * Math.PI) / 180
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    return sample.seen(about(sample.width, sample.height, [cos, sin, 0, -sin, cos, 0, 0, 0, 1]))
  })
}

interface ScaleOptions {
  scale?: Range | undefined
  p?: number | undefined
}

const scaleKinds = { scale: rangeKind, p: kind.number }

/**
 * Comes closer at a random place, by a factor from a range. Default [1, 1.1], with a probability of 0.75.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.rand_zoom({ scale: [1, 1.5] })], []]
 */
export function rand_zoom(options: ScaleOptions = {}): ImageTransform {
  checkOptions<ScaleOptions>('rand_zoom', options, scaleKinds)
  const { scale = [1, 1.1], p = 0.75 } = options
  requireRange('rand_zoom: scale', scale, 0)
  return randomly('rand_zoom', { scale, p }, 'move', (sample, random) => {
    const factor = 1 / drawn(random, scale)
    const [x, y] = [random.uniform(), random.uniform()]
    return sample.seen([factor, 0, (1 - factor) * x * sample.width, 0, factor, (1 - factor) * y * sample.height, 0, 0, 1])
  })
}

/**
 * Squeezes from the sides, or from above and below, by a factor from a range. Default [1 / 1.2, 1.2], with a probability of 0.75.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.squish({ scale: [0.8, 1.25] })], []]
 */
export function squish(options: ScaleOptions = {}): ImageTransform {
  checkOptions<ScaleOptions>('squish', options, scaleKinds)
  const { scale = [1 / 1.2, 1.2], p = 0.75 } = options
  requireRange('squish: scale', scale, 0)
  return randomly('squish', { scale, p }, 'move', (sample, random) => {
    const factor = drawnLog(random, scale)
    return relative(sample, random.int(2) ? scaling(factor, 1) : scaling(1, factor))
  })
}

interface ShiftOptions {
  x?: Range | undefined
  y?: Range | undefined
  p?: number | undefined
}

/**
 * Moves aside, by parts of the width and height from ranges. Default [-0.1, 0.1] each, with a probability of 0.75.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.shift()], []]
 */
export function shift(options: ShiftOptions = {}): ImageTransform {
  checkOptions<ShiftOptions>('shift', options, { x: rangeKind, y: rangeKind, p: kind.number })
  const { x = [-0.1, 0.1], y = [-0.1, 0.1], p = 0.75 } = options
  return randomly('shift', { x, y, p }, 'move', (sample, random) =>
    sample.seen(translation(-drawn(random, x) * sample.width, -drawn(random, y) * sample.height)),
  )
}

interface WarpOptions {
  magnitude?: Range | undefined
  p?: number | undefined
}

/**
 * As seen from another place: its four sides are made longer or shorter, by parts from a range. Default [-0.2, 0.2], with a probability of 0.75.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.symmetric_warp({ magnitude: [-0.3, 0.3] })], []]
 */
export function symmetric_warp(options: WarpOptions = {}): ImageTransform {
  checkOptions<WarpOptions>('symmetric_warp', options, { magnitude: rangeKind, p: kind.number })
  const { magnitude = [-0.2, 0.2], p = 0.75 } = options
  for (const end of [magnitude].flat()) checkNumber('symmetric_warp: magnitude', end, { above: -0.9, below: 0.9 })
  const corners = [
    [-1, -1],
    [-1, 1],
    [1, -1],
    [1, 1],
  ] as const
  return randomly('symmetric_warp', { magnitude, p }, 'move', (sample, random) => {
    const [top, bottom, right, left] = [0, 1, 2, 3].map(() => drawn(random, magnitude)) as [number, number, number, number]
    const moved = [
      [-1 - left, -1 - bottom],
      [-1 - right, 1 + bottom],
      [1 + left, -1 - top],
      [1 + right, 1 + top],
    ]
    return relative(sample, perspective(moved, corners))
  })
}

/** A matrix of places from -1 to 1 along each side. */
function relative(sample: ImageSample, matrix: Matrix): ImageSample {
  const { width, height } = sample
  const into = times(translation(-1, -1), scaling(2 / width, 2 / height))
  const out = times(scaling(width / 2, height / 2), translation(1, 1))
  return sample.seen(times(times(out, matrix), into))
}

interface BrightnessOptions {
  change?: Range | undefined
  p?: number | undefined
}

/**
 * Darker or lighter: 0.5 leaves it as it is, towards 0 it becomes black and towards 1 white. Default [0.4, 0.6], with a probability of 0.75.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.brightness({ change: [0.3, 0.7] })], []]
 */
export function brightness(options: BrightnessOptions = {}): ImageTransform {
  checkOptions<BrightnessOptions>('brightness', options, { change: rangeKind, p: kind.number })
  const { change = [0.4, 0.6], p = 0.75 } = options
  for (const end of [change].flat()) checkNumber('brightness: change', end, { above: 0, below: 1 })
  return randomly('brightness', { change, p }, 'light', (sample, random) => {
    const value = drawn(random, change)
    return sample.lit({ scale: 1, shift: Math.log(value / (1 - value)) })
  })
}

/**
 * Less or more contrast, by a factor from a range. Default [0.8, 1.25], with a probability of 0.75.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.contrast({ scale: [0.5, 2] })], []]
 */
export function contrast(options: ScaleOptions = {}): ImageTransform {
  checkOptions<ScaleOptions>('contrast', options, scaleKinds)
  const { scale = [0.8, 1.25], p = 0.75 } = options
  requireRange('contrast: scale', scale, 0)
  return randomly('contrast', { scale, p }, 'light', (sample, random) => sample.lit({ scale: drawnLog(random, scale), shift: 0 }))
}

interface CutoutOptions {
  n_holes?: Range | undefined
  length?: Range | undefined
  p?: number | undefined
}

/**
 * Covers squares by black, at random places: their number and their sides in pixels from ranges. Default 1 of 40 pixels, always. Masks stay.
 *
 * Source: DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout".
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.cutout({ n_holes: [1, 3], length: [8, 16] })], []]
 */
export function cutout(options: CutoutOptions = {}): ImageTransform {
  checkOptions<CutoutOptions>('cutout', options, { n_holes: rangeKind, length: rangeKind, p: kind.number })
  const { n_holes = 1, length = 40, p = 1 } = options
  for (const end of [n_holes].flat()) checkCount('cutout: n_holes', end, 1)
  for (const end of [length].flat()) checkCount('cutout: length', end, 1)
  const whole = (random: Random, range: Range) =>
    typeof range === 'number' ? range : range[0] + random.int(range[1] - range[0] + 1)
  return randomly('cutout', { n_holes, length, p }, 'pixels', (sample, random) => {
    let covered = sample
    for (let holes = whole(random, n_holes); holes > 0; holes--) {
      const side = whole(random, length)
      const [x, y] = [random.int(sample.width), random.int(sample.height)]
      const half = Math.floor(side / 2)
      covered = covered.covered({ left: x - half, top: y - half, width: side, height: side, value: 0 })
    }
    return covered
  })
}

interface PadOptions {
  padding?: number | undefined
  mode?: PaddingMode | undefined
}

/**
 * Adds pixels on all sides. Default 4, mirrored. With `rand_crop` after it a picture is shifted.
 *
 * @example
 * const [train, valid]: TransformPair = [[tfms.pad({ padding: 4 }), tfms.rand_crop({ size: 32 })], []]
 */
export function pad(options: PadOptions = {}): ImageTransform {
  checkOptions<PadOptions>('pad', options, { padding: kind.number, mode: paddingKind })
  const { padding = 4, mode = 'reflection' } = options
  checkCount('pad: padding', padding, 0)
  return new ImageTransform('pad', { padding, mode }, 'resize', sample =>
    sample.seen(
      translation(-padding, -padding),
      { height: sample.height + 2 * padding, width: sample.width + 2 * padding },
      mode,
    ),
  )
}

/** @throws RangeError for ends that are not above `above`, or the wrong way round */
function requireRange(name: string, range: Range, above: number): void {
  const ends = [range].flat() as number[]
  for (const end of ends) checkNumber(name, end, { above })
  if (ends.length === 2 && ends[0]! > ends[1]!)
    throw rangeError('range-ends', `${name} is ${show(range)}; expected the lower end first.`)
}
