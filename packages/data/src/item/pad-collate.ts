import { checkCount, checkNumber, checkOptions, type Kinds, kind, rangeError } from '@onecycle/platform'
import { sizeOf } from '../check.js'
import type { Encoded, EncodedSample } from './item-encoder.js'

/** What `pad_collate` is given: the value that fills, at which side, and what the length is a multiple of. */
export interface PadOptions {
  /** What samples are filled up with. Default 0. */
  value?: number | undefined
  /** Where they are filled up. Default 'right'. */
  side?: 'left' | 'right' | undefined
  /** Of which whole number the common length is a multiple, so that there are fewer different ones. Default 1. */
  multipleOf?: number | undefined
  /**
   * One more input that says what is filled up: how long each sample was, int32 [batch], or a 1 for each step that was there and a 0 for the others,
   * float32 [batch, length]. Default: none.
   */
  add?: 'lengths' | 'mask' | undefined
}

const padKinds: Kinds<PadOptions> = {
  ...{ value: kind.number, side: kind.choice('left', 'right'), multipleOf: kind.number, add: kind.choice('lengths', 'mask') },
}

/**
 * The `collate` of an encoder whose samples are of different lengths: the first input, [length, ...], is filled up to the longest of the batch. All else
 * stays as it is.
 *
 * Source: fastai 1's `pad_collate`.
 *
 * @throws RangeError, when a batch is made, for samples that differ in more than their lengths
 *
 * @example
 * const letters = {
 *   inputNames: ['letters', 'lengths'],
 *   load: (word: string) => word,
 *   encode: (word: string) => ({
 *     xs: [{ values: Int32Array.from(word, letter => letter.charCodeAt(0)), shape: [word.length] }],
 *     ys: [],
 *   }),
 *   collate: pad_collate({ multipleOf: 4, add: 'lengths' }),
 * }
 * const words = await ItemDataset.from_items({ items: ['a', 'word'], encoder: letters })
 */
export function pad_collate(options: PadOptions = {}): (samples: readonly EncodedSample[]) => EncodedSample[] {
  checkOptions<PadOptions>('pad_collate', options, padKinds)
  const { value = 0, side = 'right', multipleOf = 1, add } = options
  checkNumber('value', value)
  checkCount('multipleOf', multipleOf, 1)
  return samples => {
    const longest = samples.reduce((most, sample) => Math.max(most, lengthOf(sample)), 1)
    const length = Math.ceil(longest / multipleOf) * multipleOf
    return samples.map(sample => {
      const [first, ...rest] = sample.xs
      const begin = side === 'left' ? length - lengthOf(sample) : 0
      const told = add === 'lengths' ? [lengthsOf(sample)] : add === 'mask' ? [maskOf(sample, length, begin)] : []
      return { ...sample, xs: [padded(first!, length, begin, value), ...rest, ...told] }
    })
  }
}

function lengthOf({ xs: [first] }: EncodedSample): number {
  const length = first?.shape[0]
  if (length === undefined)
    throw rangeError('data-shape', 'pad_collate fills up inputs of a shape [length, ...], but one is a single number.')
  return length
}

function padded({ values, shape, ...rest }: Encoded, length: number, begin: number, value: number): Encoded {
  const step = sizeOf(shape.slice(1))
  const all = new (values.constructor as Float32ArrayConstructor)(length * step).fill(value)
  all.set(values, begin * step)
  return { ...rest, values: all, shape: [length, ...shape.slice(1)] }
}

function lengthsOf(sample: EncodedSample): Encoded {
  return { values: Int32Array.of(lengthOf(sample)), shape: [] }
}

function maskOf(sample: EncodedSample, length: number, begin: number): Encoded {
  return { values: new Float32Array(length).fill(1, begin, begin + lengthOf(sample)), shape: [length] }
}
