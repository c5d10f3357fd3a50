import { checkNumber, type Kind, kind, type Random, rangeError, show } from '@onecycle/platform'
import type { ItemTransform, LoadedSample } from '../item/part.js'
import { ImageSample } from './image-sample.js'

/** A number, or the ends of a range that one is drawn from. */
export type Range = number | readonly [low: number, high: number]

/** Transforms of pictures are done in this order, as in fastai, whatever order they are listed in. */
export const order = { resize: 0, move: 5, light: 8, pixels: 10, crop: 99 } as const

/**
 * A change of pictures, told by its name and options.
 *
 * @example
 * const turn: tfms.ImageTransform = tfms.rotate({ degrees: [-20, 20] })
 * console.log(turn.kind, turn.state())
 */
export class ImageTransform<Options extends object = object> implements ItemTransform {
  static readonly name: string = 'ImageTransform'
  readonly kind: string
  readonly order: number
  readonly #options: Options
  readonly #act: (sample: ImageSample, random: Random | undefined) => ImageSample

  /** @param act changes nothing where nothing is drawn at random, if it is random */
  constructor(
    kind: string,
    options: Options,
    at: keyof typeof order,
    act: (sample: ImageSample, random: Random | undefined) => ImageSample,
  ) {
    this.kind = kind
    this.order = order[at]
    this.#options = options
    this.#act = act
  }

  state(): Options {
    return this.#options
  }

  apply(sample: LoadedSample, random: Random | undefined): LoadedSample {
    return this.#act(ImageSample.of(sample), random)
  }
}

/** One that happens to a sample with a probability of `p`, and never where nothing is drawn. */
export function randomly<Options extends { readonly p: number }>(
  kind: string,
  options: Options,
  at: keyof typeof order,
  act: (sample: ImageSample, random: Random) => ImageSample,
): ImageTransform<Options> {
  checkNumber(`${kind}: p`, options.p, { min: 0, max: 1 })
  return new ImageTransform(kind, options, at, (sample, random) =>
    random && random.uniform() < options.p ? act(sample, random) : sample,
  )
}

export const rangeKind: Kind = {
  expected: 'a number, or the two ends of a range',
  fits: value =>
    [value].flat().every(end => typeof end === 'number' && Number.isFinite(end)) && [1, 2].includes([value].flat().length),
}

export function drawn(random: Random, range: Range): number {
  return typeof range === 'number' ? range : random.uniform(range[0], range[1])
}

/** So that halving is as likely as doubling. */
export function drawnLog(random: Random, range: Range): number {
  return typeof range === 'number' ? range : Math.exp(random.uniform(Math.log(range[0]), Math.log(range[1])))
}

export const sizeKind = kind.either(kind.number, kind.listOf(kind.number))

/** Height and width, or both sides of a square. */
export type Size = number | readonly [height: number, width: number]

/** @throws RangeError for what is no size */
export function sidesOf(owner: string, size: Size): { height: number; width: number } {
  const [height, width] = Array.isArray(size) ? size : [size, size]
  for (const side of [height, width])
    if (!(Number.isInteger(side) && side! > 0 && side! <= 2 ** 15))
      throw rangeError('wrong-option', `${owner}: size is ${show(size)}; expected a whole number of pixels, or [height, width].`)
  return { height: height!, width: width! }
}
