import type { ItemTransform } from '../item/part.js'
import type { Size } from './image-transform.js'
import type { ImageTransformKind } from './kinds.js'
import * as transforms from './transforms.js'

const { Resize, RandomResizedCrop, resize, ...others } = transforms

interface Sized {
  readonly size: Size
}

/** The transform that gave this state. */
export function restoreImageTransform(kind: ImageTransformKind, state: object): ItemTransform {
  if (kind === 'resize') return resize(state as Parameters<typeof resize>[0])
  if (kind !== 'Resize' && kind !== 'RandomResizedCrop') return others[kind](state)
  const { size, ...rest } = state as Sized
  return (kind === 'Resize' ? Resize : RandomResizedCrop)(size, rest)
}
