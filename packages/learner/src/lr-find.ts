import {
  type Callback,
  CancelFit,
  group_rates,
  type LrFindStopOptions,
  lr_find_stop,
  lr_range,
  type Rates,
  type Schedule,
  type SuggestName,
  suggestFunctions,
  type TrainingState,
  trim_curve,
} from '@onecycle/callbacks'
import { checkOptions, type Kinds, kind } from '@onecycle/platform'
import { type LrFindRecord, SmoothenValue } from '@onecycle/recorder'
import { numbers, type TrainOptions, trainKinds } from './fit.js'

export interface LrFindOptions<L extends TrainingState = never> extends TrainOptions<L> {
  /** Rate of the first batch, or one per layer group. Default 1e-7; form `fastai07`: 1e-5. */
  start_lr?: Rates | undefined
  /** Rate after the last batch, or one per layer group; no batch is trained with it. Default 10. */
  end_lr?: Rates | undefined
  /** Batches to train at most. Default 100; form `fastai07`: one epoch. */
  num_it?: number | undefined
  /** Whether to stop when the smoothed loss exceeds 4 times its best. Default true. */
  stop_div?: boolean | undefined
  /** Whether the rates rise in equal steps instead of by equal factors. Default false. */
  linear?: boolean | undefined
  /** Whose rule says when to stop and what is recorded: `fastai1` (default), `fastai2` or `fastai07`; see {@link lr_find_stop}. */
  form?: LrFindForm | undefined
  /** Which suggestion is the main one: `valley` (default, fastai 2's), `slide`, `minimum`, `steep` or `steepest_gradient`. All are computed. */
  suggestion?: SuggestName | undefined
}

const rates = kind.either(numbers, kind.object)
const lrFindKinds: Kinds<LrFindOptions> = {
  ...{ start_lr: rates, end_lr: rates, num_it: kind.number, stop_div: kind.boolean, linear: kind.boolean },
  ...{ form: kind.string, suggestion: kind.string, ...trainKinds },
}

type LrFindForm = NonNullable<LrFindStopOptions['form']>

/** What `lr_find` found: the whole curve, all suggestions, and the main one as a number. */
export interface LrFindResult extends LrFindRecord {
  /** The learning rate that the main suggestion names; undefined when the curve was too short to say. */
  readonly lr: number | undefined
}

/** What {@link steepest_gradient} of fastai 1 leaves out of a curve at either end. */
const skipStart = 10
const skipEnd = 5

/**
 * Raises the learning rate batch by batch and remembers the losses, until they explode. It listens after the backward
 * pass, so that the batch that ends the search is remembered too, even with a loss that is not a number.
 *
 * Source: fastai 1's `LRFinder`, after Smith 2017 (arXiv:1506.01186).
 *
 * @throws RangeError for rates that are not positive and rising, a `num_it` that is no count, or an unknown suggestion;
 * TypeError for an unknown option.
 */
export class LRFinder implements Callback {
  readonly name = 'LRFinder'
  readonly order = 60
  readonly run_valid = false
  readonly sets = ['lr']
  readonly num_it: number
  /** Epochs to run at most: as many as hold `num_it` batches; the originals of the other forms count one more than its whole epochs. */
  readonly epochs: number
  readonly #form: LrFindForm
  readonly #range: { start_lr: number; end_lr: number }
  readonly #suggestion: SuggestName
  readonly #rates: readonly Schedule[]
  readonly #stop: (smooth: number) => boolean
  readonly #smooth = new SmoothenValue()
  readonly #lrs: number[] = []
  readonly #losses: number[] = []
  readonly #smooth_losses: number[] = []

  /**
   * @param groups layer groups of the optimizer
   * @param batches training batches in an epoch
   */
  constructor(options: LrFindOptions = {}, groups = 1, batches = 100) {
    checkOptions<LrFindOptions>('lr_find', options, lrFindKinds)
    const { form = 'fastai1', stop_div = true, linear = false, suggestion = 'valley' } = options
    const old = form === 'fastai07'
    const { start_lr = old ? 1e-5 : 1e-7, end_lr = 10, num_it = old ? batches : 100 } = options
    if (!Number.isInteger(num_it) || num_it < 1) {
      throw new RangeError(`lr_find got num_it = ${num_it}, but expects a positive whole number of batches.`)
    }
    if (!Object.hasOwn(suggestFunctions, suggestion)) {
      throw new RangeError(
        `lr_find got suggestion = ${JSON.stringify(suggestion)}, but expects one of ${Object.keys(suggestFunctions).join(', ')}.`,
      )
    }
    const starts = ratesOf('start_lr', start_lr, groups)
    const ends = endRates(starts, end_lr, old)
    for (const [i, start] of starts.entries()) {
      if (start >= ends[i]!) throw new RangeError(`lr_find got start_lr = ${start} and end_lr = ${ends[i]}: the rates must rise.`)
    }
    const shape = linear ? (old ? 'fastai07_linear' : 'linear') : 'exponential'
    this.#rates = starts.map((start, i) => lr_range({ start_lr: start, end_lr: ends[i]!, form: shape }))
    this.#stop = lr_find_stop({ form, num_it, stop_div })
    this.#form = form
    this.#range = { start_lr: starts.at(-1)!, end_lr: ends.at(-1)! }
    this.#suggestion = suggestion
    this.num_it = form === 'fastai2' ? Math.max(6, num_it) : num_it
    const oneMore = form === 'fastai2' || (old && options.num_it !== undefined)
    this.epochs = oneMore ? Math.floor(num_it / batches) + 1 : Math.ceil(num_it / batches)
  }

  before_batch(learn: TrainingState): void {
    learn.opt.set(
      'lr',
      this.#rates.map(rate => rate(this.#lrs.length, this.num_it)),
    )
  }

  after_backward(learn: TrainingState): void {
    const smooth = this.#smooth.add(learn.lossValue)
    const stops = this.#stop(smooth)
    if (!(stops && this.#form === 'fastai07')) {
      this.#lrs.push(learn.opt.get('lr').at(-1)!)
      this.#losses.push(learn.lossValue)
      this.#smooth_losses.push(smooth)
    }
    if (stops) throw new CancelFit()
  }

  /** The search so far. */
  get result(): LrFindResult {
    const suggestions = this.#suggestions()
    return {
      lr: suggestions[this.#suggestion]?.lr,
      lrs: this.#lrs,
      losses: this.#losses,
      smooth_losses: this.#smooth_losses,
      suggestions,
      suggestion: this.#suggestion,
      num_it: this.num_it,
      ...this.#range,
    }
  }

  #suggestions(): LrFindRecord['suggestions'] {
    const { steepest_gradient, ...fastai2 } = suggestFunctions
    const { lrs, losses } = trim_curve(this.#lrs, this.#smooth_losses, this.num_it)
    const found = Object.entries(fastai2).map(([name, suggest]) => [name, suggest(lrs, losses)] as const)
    const inner = [this.#lrs, this.#smooth_losses].map(values => values.slice(skipStart, -skipEnd)) as [number[], number[]]
    const all = [...found, ['steepest_gradient', steepest_gradient(...inner)] as const]
    return Object.fromEntries(all.map(([name, point]) => [name, point && { lr: point.lr, loss: this.#lossAt(point.lr) }]))
  }

  /** Where a rate lies on the curve; `minimum` suggests one between the batches' own. */
  #lossAt(lr: number): number {
    const next = Math.max(
      1,
      this.#lrs.findIndex(each => each >= lr),
    )
    const [low, high] = [this.#lrs[next - 1]!, this.#lrs[next] ?? lr]
    const [before, after] = [this.#smooth_losses[next - 1]!, this.#smooth_losses[next] ?? this.#smooth_losses[next - 1]!]
    const share = Math.min(1, Math.max(0, Math.log(lr / low) / Math.log(high / low) || 0))
    return before + share * (after - before)
  }
}

/** fastai 0.7 stretches every group's range by the ratio of the last one; otherwise each group has a range of its own. */
function endRates(starts: readonly number[], end_lr: Rates, old: boolean): number[] {
  if (!(old && typeof end_lr === 'number')) return ratesOf('end_lr', end_lr, starts.length)
  return starts.map(start => (start * end_lr) / starts.at(-1)!)
}

function ratesOf(option: string, rates: Rates, groups: number): number[] {
  try {
    return group_rates(rates, groups)
  } catch (error) {
    throw new RangeError(`lr_find got an ${option} that is none. ${(error as Error).message}`, { cause: error })
  }
}
