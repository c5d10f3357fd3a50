import { checkCount, type Kinds, kind, rangeError } from '@onecycle/platform'
import { type ClassMetricOptions, classMetricKinds } from './pass-metric.js'
import { type Average, averaged, type Counts, type Tallies } from './tallies.js'
import { TallyMetric } from './tally-metric.js'

/** How figures of classes become one: the average, or the class that is the positive one. */
export interface AveragedMetricOptions extends ClassMetricOptions {
  /**
   * How the figures of several classes become one: `binary`, that of the class `pos_label` alone; `macro`, their mean; `weighted`, their mean by
   * how often each is true; `micro`, the figure of all counts together. Default: `binary` for two classes, or where `pos_label` is
   * given, and `macro` for several labels; several classes have none.
   */
  average?: Average | undefined
  /** The class, or label, that `binary` is about: its number. Default 1. */
  pos_label?: number | undefined
}

export const averagedMetricKinds: Kinds<AveragedMetricOptions> = {
  ...classMetricKinds,
  average: kind.choice('binary', 'micro', 'macro', 'weighted'),
  pos_label: kind.number,
}

/**
 * A figure of each class, and of all. Classes that are neither predicted nor true in a pass count in no mean, as in scikit-learn; labels
 * all do.
 */
export abstract class AveragedMetric extends TallyMetric {
  readonly #options: AveragedMetricOptions

  constructor(name: string, options: AveragedMetricOptions = {}, kinds: Kinds<AveragedMetricOptions> = averagedMetricKinds) {
    super(name, options, kinds)
    if (options.pos_label !== undefined) checkCount('pos_label', options.pos_label, 0)
    this.#options = options
  }

  /** The figure of one class. */
  protected abstract figure(counts: Counts): number

  protected check(tallies: Tallies): void {
    const average = this.#averageOf(tallies)
    const { pos_label } = this.#options
    if (average === 'binary' && pos_label !== undefined)
      checkCount(`pos_label of ${this.name}`, pos_label, 0, tallies.classes - 1)
  }

  get value(): number {
    const tallies = this.gathered
    if (!tallies) return Number.NaN
    const average = this.#averageOf(tallies)
    if (average === 'binary') return this.figure(tallies.all()[this.#options.pos_label ?? 1]!)
    return averaged(tallies.seen(), counts => this.figure(counts), average)
  }

  /** The figure of each class or label, in the order of their numbers; empty before the first batch. */
  get perClass(): number[] {
    return this.gathered?.all().map(counts => this.figure(counts)) ?? []
  }

  /** @throws RangeError where one class or label is meant, and it is not said which */
  #averageOf({ form, classes }: Tallies): Average {
    const { average, pos_label } = this.#options
    const isClear = pos_label !== undefined || (form !== 'labels' && classes === 2)
    if (average === undefined ? isClear : average !== 'binary' || isClear) return average ?? 'binary'
    if (average === undefined && form === 'labels') return 'macro'
    throw rangeError(
      'metric-average',
      `${this.name} is a figure of each of ${classes} ${form === 'labels' ? 'labels' : 'classes'}: say how they become one, average: 'macro', 'weighted' or ` +
        "'micro' (by name as in 'f1_macro'), or which is meant, pos_label: its number.",
    )
  }
}
