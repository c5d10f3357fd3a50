import { group_rates, type LrFindStopOptions, type LrRangeOptions, type Rates } from '@onecycle/callbacks'

export type LrFindForm = NonNullable<LrFindStopOptions['form']>

/** How one of the originals searches, where the others differ. */
interface Form {
  /** Rate of the first batch. */
  readonly start_lr: number
  /** Batches to train when nobody says how many, of an epoch of so many. */
  num_it(batches: number): number
  /** Trains at least so many. */
  readonly least: number
  /** Whole epochs begun for so many batches; `given` says whether somebody asked for that number. */
  epochs(num_it: number, batches: number, given: boolean): number
  /** The line from start to end, when the rates rise in equal steps. */
  readonly line: NonNullable<LrRangeOptions['form']>
  /** The last rate of each layer group. */
  ends(starts: readonly number[], end_lr: Rates): number[]
  /** Whether the batch that ends the search is a point of the curve. */
  readonly keepsLast: boolean
}

const ownEnds = (starts: readonly number[], end_lr: Rates) => group_rates(end_lr, starts.length)
const asManyAsHold = (num_it: number, batches: number) => Math.ceil(num_it / batches)
const oneMoreThanWhole = (num_it: number, batches: number) => Math.floor(num_it / batches) + 1

export const lrFindForms: Readonly<Record<LrFindForm, Form>> = {
  fastai1: {
    start_lr: 1e-7,
    num_it: () => 100,
    least: 1,
    epochs: asManyAsHold,
    line: 'linear',
    ends: ownEnds,
    keepsLast: true,
  },
  fastai2: {
    start_lr: 1e-7,
    num_it: () => 100,
    least: 6,
    epochs: oneMoreThanWhole,
    line: 'linear',
    ends: ownEnds,
    keepsLast: true,
  },
  fastai07: {
    start_lr: 1e-5,
    num_it: batches => batches,
    least: 1,
    epochs: (num_it, batches, given) => (given ? oneMoreThanWhole : asManyAsHold)(num_it, batches),
    line: 'fastai07_linear',
    // Every group's range is as wide as the last one's.
    ends: (starts, end_lr) =>
      typeof end_lr === 'number' ? starts.map(start => (start * end_lr) / starts.at(-1)!) : ownEnds(starts, end_lr),
    keepsLast: false,
  },
}
