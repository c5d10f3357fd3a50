import { checkCount, checkNumber, checkOptions, type Kind, type Kinds, kind, rangeError } from '@onecycle/platform'

/** Mean and standard deviation of each channel, of values from 0 to 1. */
export type Stats = readonly [mean: readonly number[], std: readonly number[]]

/**
 * Of the pictures of ImageNet, which many models were trained on.
 *
 * @example
 * const data = await ImageDataBunch.from_folder('pets', { size: 64, stats: imagenet_stats })
 */
export const imagenet_stats: Stats = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
]

/** What an `ImageBlock` is given: channels, the statistics that normalize them, and how large a picture may be. */
export interface ImageBlockOptions {
  /** 3 for red, green and blue, 1 for brightness. Default 3. */
  channels?: 1 | 3 | undefined
  /** Values are normalized by these. Default: they stay from 0 to 1. */
  stats?: Stats | undefined
  /** Most pixels of a file, told by its header before there is room for them. Default 2 ** 26. */
  maxPixels?: number | undefined
}

const isNumbers = (value: unknown) => Array.isArray(value) && value.every(each => typeof each === 'number')

export const statsKind: Kind = {
  expected: 'the means and the standard deviations of the channels, as [[0.5], [0.25]]',
  fits: value => Array.isArray(value) && value.length === 2 && value.every(isNumbers),
}

export const imageBlockKinds: Kinds<ImageBlockOptions> = { channels: kind.choice(1, 3), stats: statsKind, maxPixels: kind.number }

export function checkImageOptions(owner: string, options: ImageBlockOptions): void {
  checkOptions<ImageBlockOptions>(owner, options, imageBlockKinds)
  const { channels = 3, stats, maxPixels } = options
  if (maxPixels !== undefined) checkCount('maxPixels', maxPixels, 1)
  if (stats) checkStats(stats, channels)
}

/** @throws RangeError for other than one mean and one deviation a channel */
export function checkStats(stats: Stats, channels: number): void {
  for (const list of stats)
    if (list.length !== channels)
      throw rangeError(
        'channels',
        `stats has ${stats.map(each => each.length).join(' and ')} numbers; expected ${channels}, one for each channel.`,
      )
  for (const mean of stats[0]) checkNumber('a mean of stats', mean)
  for (const std of stats[1]) checkNumber('a standard deviation of stats', std, { above: 0 })
}
