/** Names of the transforms of pictures. */
export const imageTransforms = [
  ...[
    'Resize',
    'resize',
    'RandomResizedCrop',
    'crop_pad',
    'rand_crop',
    'pad',
    'flip_lr',
    'dihedral',
    'rotate',
    'rand_zoom',
    'squish',
  ],
  ...['shift', 'symmetric_warp', 'brightness', 'contrast', 'cutout'],
] as const

export type ImageTransformKind = (typeof imageTransforms)[number]
