export type { ImageTransform, Range, Size } from './image-transform.js'
export type { PaddingMode } from './taps.js'
export {
  brightness,
  type CropOptions,
  contrast,
  crop_pad,
  cutout,
  dihedral,
  flip_lr,
  pad,
  RandomResizedCrop,
  Resize,
  type ResizeMethod,
  rand_crop,
  rand_zoom,
  rotate,
  shift,
  squish,
  symmetric_warp,
} from './transforms.js'
