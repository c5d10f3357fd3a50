import type { DataBunch } from '@onecycle/data'
import { rangeError, show, typeError } from '@onecycle/platform'

/** What a model for pictures has to know of data. */
export interface PictureData {
  /** Channels of the pictures. */
  readonly n_in: number
  readonly sides: readonly [height: number, width: number]
}

/** @throws TypeError for what is no data, or has several inputs or targets; RangeError for samples that are no pictures */
export function pictureData(owner: string, data: unknown): PictureData {
  const { inputShape, target } = Object(data) as Partial<DataBunch>
  if (!Array.isArray(inputShape))
    throw typeError('another-kind', `${owner} takes data, such as ImageDataBunch.from_folder makes, but got ${show(data)}.`)
  if (inputShape.length !== 3 || Array.isArray(inputShape[0]))
    throw rangeError(
      'another-kind',
      `${owner} takes pictures [height, width, channels], but the samples of this data have the shape [${inputShape.map(side => (Array.isArray(side) ? `[${side}]` : side))}].`,
    )
  if (target === 'heads' || target === 'none')
    throw typeError(
      'another-kind',
      `${owner} takes data of one target, but this has ${target === 'none' ? 'none' : 'several'}: give a Learner a model of your own.`,
    )
  const [height, width, n_in] = inputShape as [number, number, number]
  return { n_in, sides: [height, width] }
}
