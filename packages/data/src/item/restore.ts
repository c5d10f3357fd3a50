import { plainError, show, typeError } from '@onecycle/platform'
import { imageTransforms } from '../transform/kinds.js'
import type { ItemTransform, Part } from './part.js'

/** What makes something again elsewhere: plain JSON. */
export interface KindState {
  readonly kind: string
  readonly state: unknown
}

export type Makers<Made> = Readonly<Record<string, (state: never) => Promise<Made>>>

/** Each in a file that is loaded for those that have it. */
const parts: Makers<Part> = {
  category: async state => new (await import('./targets.js')).Category(state),
  multicategory: async state => new (await import('./targets.js')).MultiCategory(state),
  values: async state => new (await import('./targets.js')).Values(state),
  image: async state => new (await import('../image/image-part.js')).ImagePart(state),
  mask: async state => new (await import('../image/mask-part.js')).MaskPart(state),
  points: async state => new (await import('../image/points-part.js')).PointsPart(state),
}
const transforms: Makers<ItemTransform> = Object.fromEntries(
  imageTransforms.map(kind => [
    kind,
    async state => (await import('../transform/restore.js')).restoreImageTransform(kind, state),
  ]),
)

/** @throws Error for a kind that this version does not know; so do those below */
export function restorePart(state: KindState): Promise<Part> {
  return made('part', parts, state)
}

export function restoreTransform(state: KindState): Promise<ItemTransform> {
  return made('transform', transforms, state)
}

/** @throws TypeError for a person's own, which cannot be told elsewhere */
export function stateOf(of: { readonly kind?: string | undefined; state?(): unknown }): KindState {
  if (of.kind === undefined || !of.state)
    throw typeError(
      'not-restorable',
      `${show(of)} is code of this program alone: it has no kind by which it could be made again in a worker thread or of an export.`,
    )
  return { kind: of.kind, state: of.state() }
}

/** What a kind's maker makes of a state. Throws Error for a kind that there is none of. */
export function made<Made>(what: string, makers: Makers<Made>, { kind, state }: KindState): Promise<Made> {
  const make = Object.hasOwn(makers, kind) ? makers[kind]! : undefined
  if (make) return make(state as never)
  throw plainError(
    'newer-format',
    `${show(kind)} is no kind of ${what} that this version of onecycle knows: ${Object.keys(makers).join(', ')}.`,
  )
}
