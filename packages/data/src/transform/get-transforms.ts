import { checkNumber, checkOptions, defined, type Kinds, kind, listOf } from '@onecycle/platform'
import type { ItemTransform } from '../item/part.js'
import { ImageTransform, order, type Size } from './image-transform.js'
import type { PaddingMode } from './taps.js'
import {
  brightness,
  type CropOptions,
  contrast,
  crop_pad,
  dihedral,
  flip_lr,
  type ResizeMethod,
  rand_crop,
  rand_zoom,
  resize,
  rotate,
  symmetric_warp,
} from './transforms.js'

/** What `get_transforms` is given: the largest changes of each kind, and how probable they are. */
export interface GetTransformsOptions {
  /** Whether pictures are mirrored left and right, half of them. Default true. */
  do_flip?: boolean | undefined
  /** Whether they are turned and mirrored in all eight ways: for what has no up and down. Default false. */
  flip_vert?: boolean | undefined
  /** Most degrees that they are turned by. Default 10. */
  max_rotate?: number | undefined
  /** Most that they come closer. Default 1.1. */
  max_zoom?: number | undefined
  /** Most that light and contrast change by. Default 0.2. */
  max_lighting?: number | undefined
  /** Most that the place changes that they are seen from. Default 0.2. */
  max_warp?: number | undefined
  /** How likely each is of those that move. Default 0.75. */
  p_affine?: number | undefined
  /** How likely each is of those of light. Default 0.75. */
  p_lighting?: number | undefined
  /** More, of the samples to train on. */
  xtra_tfms?: readonly ItemTransform[] | undefined
}

const transformsKinds: Kinds<GetTransformsOptions> = {
  ...{ do_flip: kind.boolean, flip_vert: kind.boolean, max_rotate: kind.number, max_zoom: kind.number },
  ...{ max_lighting: kind.number, max_warp: kind.number, p_affine: kind.number, p_lighting: kind.number },
  xtra_tfms: kind.listOf(kind.object),
}

/** Transforms of the samples to train on, and of those to validate on. */
export type TransformPair = readonly [train: readonly ItemTransform[], valid: readonly ItemTransform[]]

/**
 * Changes that leave photos what they are: cut, mirrored, seen from another place, turned, closer, in another light. Give them as `ds_tfms`, with a
 * `size`.
 *
 * Source: fastai 1's `get_transforms`, with its defaults.
 *
 * @example
 * const [train, valid] = get_transforms({ max_rotate: 20 })
 */
export function get_transforms(options: GetTransformsOptions = {}): TransformPair {
  checkOptions<GetTransformsOptions>('get_transforms', options, transformsKinds)
  const { do_flip = true, flip_vert = false, max_rotate = 10, max_zoom = 1.1, max_lighting = 0.2, max_warp = 0.2 } = options
  const { p_affine = 0.75, p_lighting = 0.75, xtra_tfms = [] } = options
  checkNumber('max_rotate', max_rotate, { min: 0 })
  checkNumber('max_zoom', max_zoom, { min: 1 })
  checkNumber('max_lighting', max_lighting, { min: 0, below: 1 })
  checkNumber('max_warp', max_warp, { min: 0, below: 0.9 })
  const light = {
    change: [0.5 * (1 - max_lighting), 0.5 * (1 + max_lighting)],
    scale: [1 - max_lighting, 1 / (1 - max_lighting)],
  } as const
  const train = [
    rand_crop(),
    ...(do_flip ? [flip_vert ? dihedral() : flip_lr()] : []),
    ...(max_warp > 0 ? [symmetric_warp({ magnitude: [-max_warp, max_warp], p: p_affine })] : []),
    ...(max_rotate > 0 ? [rotate({ degrees: [-max_rotate, max_rotate], p: p_affine })] : []),
    ...(max_zoom > 1 ? [rand_zoom({ scale: [1, max_zoom], p: p_affine })] : []),
    ...(max_lighting > 0
      ? [brightness({ change: light.change, p: p_lighting }), contrast({ scale: light.scale, p: p_lighting })]
      : []),
    ...xtra_tfms,
  ]
  return [train, [crop_pad()]]
}

export interface Arrangement {
  readonly size?: Size | undefined
  readonly resize_method: ResizeMethod
  readonly padding_mode: PaddingMode
}

/** Transforms in the order in which they are done, with what brings pictures to a size. */
export function arranged(tfms: readonly ItemTransform[], { size, resize_method, padding_mode }: Arrangement): ItemTransform[] {
  const placeOf = (tfm: ItemTransform) => (tfm instanceof ImageTransform ? tfm.order : order.pixels)
  const isCrop = (tfm: ItemTransform) => tfm.kind === 'crop_pad' || tfm.kind === 'rand_crop'
  const sorted = [...tfms].sort((a, b) => placeOf(a) - placeOf(b))
  if (size === undefined) return sorted
  const first = resize({ size, method: resize_method })
  if (resize_method === 'squish')
    return [first, ...sorted.filter(tfm => !isCrop(tfm) || (tfm.state() as CropOptions).size !== undefined)]
  const sized = (tfm: ItemTransform) =>
    (tfm.kind === 'rand_crop' ? rand_crop : crop_pad)({ size, padding_mode, ...defined(tfm.state() as CropOptions) })
  const all = sorted.some(isCrop) ? sorted : [...sorted, crop_pad()]
  return [first, ...all.map(tfm => (isCrop(tfm) ? sized(tfm) : tfm))]
}

/** As options take transforms: a pair, a list for the samples to train on, or one of them. */
export function pairOf(tfms: TransformPair | readonly ItemTransform[] | ItemTransform | undefined): TransformPair {
  if (Array.isArray(tfms) && tfms.length === 2 && tfms.every(Array.isArray)) return tfms as unknown as TransformPair
  return [listOf(tfms as ItemTransform | readonly ItemTransform[] | undefined), []]
}
