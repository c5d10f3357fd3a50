import { checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'
import { randomSplit, type Split } from '../random-split.js'
import { namesOnPath } from './labellers.js'

/** Divides items into those to train on and those to validate on. */
export type Splitter<Item = unknown> = (items: readonly Item[]) => Split

/**
 * At random.
 *
 * Source: fastai's `RandomSplitter`; so are those below.
 *
 * @example
 * RandomSplitter({ valid_pct: 0.5, seed: 1 })(['a', 'b', 'c', 'd'])   // two to train on, two to validate on
 */
export function RandomSplitter(options: { valid_pct?: number | undefined; seed?: number | undefined } = {}): Splitter<unknown> {
  checkOptions<{ valid_pct?: number; seed?: number }>('RandomSplitter', options, { valid_pct: kind.number, seed: kind.number })
  const { valid_pct = 0.2, seed = 0 } = options
  return items => randomSplit(items.length, valid_pct, seed)
}

/**
 * By the name of a folder that a file lies in, two or more above it: `train/cat/1.png` and `valid/cat/2.png`. Others are left out.
 *
 * @example
 * GrandparentSplitter()(['train/cat/1.png', 'valid/cat/2.png'])   // the first trains, the second validates
 */
export function GrandparentSplitter(
  options: { train_name?: string | undefined; valid_name?: string | undefined } = {},
): Splitter<string | URL> {
  checkOptions<{ train_name?: string; valid_name?: string }>('GrandparentSplitter', options, {
    train_name: kind.string,
    valid_name: kind.string,
  })
  const { train_name = 'train', valid_name = 'valid' } = options
  return items => {
    const folders = items.map(item => namesOnPath(item).at(-3))
    return sidesOf(items, i => (folders[i] === valid_name ? 'valid' : folders[i] === train_name ? 'train' : undefined), {
      none: side => `no item lies in a folder ${show(side === 'train' ? train_name : valid_name)} two above it`,
    })
  }
}

/**
 * By a function that says which validate.
 *
 * @example
 * FuncSplitter((path: string) => path.includes('2024'))(['2023/a.png', '2024/b.png'])
 */
export function FuncSplitter<Item>(validates: (item: Item) => boolean): Splitter<Item> {
  if (typeof validates !== 'function')
    throw typeError('wrong-argument', `FuncSplitter takes a function, but got ${show(validates)}.`)
  return items =>
    sidesOf(items, i => (validates(items[i]!) ? 'valid' : 'train'), {
      none: side => `the function is ${side === 'train'} of every item`,
    })
}

/**
 * By the indices of those to validate on.
 *
 * @example
 * IndexSplitter([2, 3])(['a', 'b', 'c', 'd'])   // c and d validate
 */
export function IndexSplitter(valid_idx: ArrayLike<number>): Splitter<unknown> {
  if (!Array.isArray(valid_idx) && !ArrayBuffer.isView(valid_idx))
    throw typeError('wrong-argument', `IndexSplitter takes the indices of those to validate on, but got ${show(valid_idx)}.`)
  const chosen = new Set(Array.from(valid_idx))
  return items => {
    const wrong = [...chosen].find(i => !(Number.isInteger(i) && i >= 0 && i < items.length))
    if (wrong !== undefined)
      throw rangeError(
        'no-such-sample',
        `IndexSplitter: there is no item ${show(wrong)}: there are ${items.length}, numbered from 0.`,
      )
    return sidesOf(items, i => (chosen.has(i) ? 'valid' : 'train'), {
      none: side => `${side === 'train' ? 'all items are' : 'no item is'} named to validate on`,
    })
  }
}

function sidesOf(
  items: readonly unknown[],
  side: (i: number) => keyof Sides | undefined,
  { none }: { none: (side: keyof Sides) => string },
): Split {
  const sides: Sides = { train: [], valid: [] }
  for (let i = 0; i < items.length; i++) {
    const of = side(i)
    if (of) sides[of].push(i)
  }
  for (const name of ['train', 'valid'] as const)
    if (sides[name].length === 0)
      throw rangeError(
        'empty-split',
        `Of ${items.length} items none is left to ${name === 'train' ? 'train' : 'validate'} on: ${none(name)}.`,
      )
  return [Int32Array.from(sides.train), Int32Array.from(sides.valid)]
}

interface Sides {
  train: number[]
  valid: number[]
}
