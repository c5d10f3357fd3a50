import { type Kind, type Kinds, kind, type OneOrMore } from '@onecycle/platform'
import { type ItemBunchOptions, itemBunchKinds } from '../item/item-data-bunch.js'
import type { ItemTransform } from '../item/part.js'
import type { TransformPair } from '../transform/get-transforms.js'
import { type Size, sizeKind } from '../transform/image-transform.js'
import type { PaddingMode } from '../transform/taps.js'
import type { ResizeMethod } from '../transform/transforms.js'
import { type ImageBlockOptions, imageBlockKinds } from './image-options.js'
import type { ImageSource } from './image-source.js'

/** What all ways to make an {@link ImageDataBunch} take. */
export interface ImageBunchOptions extends ItemBunchOptions, ImageBlockOptions {
  /** Pixels that pictures are brought to: of both sides, or [height, width]. Default: they stay as large as they are, all of them alike. */
  size?: Size | undefined
  /**
   * Changes of the pictures, as {@link get_transforms} gives them: a pair of lists, for those to train on and those to validate on, or a list for those to
   * train on. Default: none.
   */
  ds_tfms?: TransformPair | readonly ItemTransform[] | undefined
  /** More changes, as fastai 2 gives them, of all pictures: in the order of `get_transforms`. What is random works where they are trained on. */
  item_tfms?: OneOrMore<ItemTransform> | undefined
  /** As `item_tfms`, after them. */
  batch_tfms?: OneOrMore<ItemTransform> | undefined
  /** How pictures come to the size: 'crop' cuts what is too long, 'pad' fills up what is too short, 'squish' squeezes. Default 'crop'. */
  resize_method?: ResizeMethod | undefined
  /** What lies beyond the edges of a picture that was moved, or filled up. Default 'reflection'. */
  padding_mode?: PaddingMode | undefined
  /** Names of the classes, in the order of their numbers. Default: all that there are, sorted. */
  classes?: readonly string[] | undefined
}

/** What those ways take that divide at random. */
export interface RandomSplitOptions {
  /** Part of the pictures to validate on, chosen at random. Default 0.2. */
  valid_pct?: number | undefined
}

/** Where the mask of a picture is, and which values of its pixels are classes. */
export interface MaskOptions {
  /** The mask of a picture, a path or pixels: then the target is a class for each pixel. `classes` are their names. */
  get_mask?: ((item: string | File) => ImageSource) | undefined
  /** What stands in masks for each class, as [0, 255]. Default: their numbers. */
  mask_values?: readonly number[] | undefined
}

const tfmsKind: Kind = {
  expected: 'a list of transforms, or two of them, as get_transforms() gives',
  fits: value => Array.isArray(value),
}

const oneOrMore = kind.either(kind.listOf(kind.object), kind.object)

export const imageBunchKinds: Kinds<ImageBunchOptions> = {
  ...{ ...itemBunchKinds, ...imageBlockKinds, size: sizeKind, ds_tfms: tfmsKind },
  ...{ item_tfms: oneOrMore, batch_tfms: oneOrMore },
  ...{ resize_method: kind.choice('crop', 'pad', 'squish'), padding_mode: kind.choice('zeros', 'border', 'reflection') },
  classes: kind.listOf(kind.string),
}

export const maskKinds: Kinds<MaskOptions> = { get_mask: kind.function, mask_values: kind.listOf(kind.number) }
