import type { Better, Tensors } from '@onecycle/callbacks'
import { checkNumber, checkOptions, type Kinds, kind, typeError } from '@onecycle/platform'
import { Tensor, type Tensor1D } from '@tensorflow/tfjs-core'
import type { Reading } from './answers.js'
import type { Gather, Metric, Predictions } from './metric.js'

/** What every metric of classes can be told. */
export interface ClassMetricOptions {
  /** The column in the epoch table. Default: scikit-learn's or fastai's name of the figure, such as `precision_score`. */
  name?: string | undefined
  /** The probability above which a unit that answers for itself says yes. Default 0.5. */
  thresh?: number | undefined
  /** Whether predictions are logits. Default in a Learner: whether they are, by its loss or by what its model ends in; elsewhere true. */
  fromLogits?: boolean | undefined
  /** Whether each unit says yes or no of a label of its own. Default in a Learner: whether its loss asks so; elsewhere false. */
  multiLabel?: boolean | undefined
}

export const classMetricKinds: Kinds<ClassMetricOptions> = {
  name: kind.string,
  thresh: kind.number,
  fromLogits: kind.boolean,
  multiLabel: kind.boolean,
}

/**
 * What metrics of classes over a pass have in common. `reset` replaces what was gathered in place of emptying it, so that it can be set
 * aside. Of a batch nothing stays on the device.
 */
export abstract class PassMetric<Gathered> implements Metric {
  readonly name: string
  readonly better: Better = 'higher'
  protected gathered: Gathered | undefined
  readonly #options: ClassMetricOptions
  #predictions: Predictions = { holds: undefined, binary: false }

  constructor(name: string, options: ClassMetricOptions, kinds: Kinds<ClassMetricOptions> = classMetricKinds) {
    checkOptions(new.target.name, options, kinds)
    this.name = options.name ?? name
    checkNumber('thresh', options.thresh ?? 0.5, { min: 0, max: 1 })
    this.#options = options
  }

  /** Measures as it does for such predictions. The Learner calls it. */
  follow(predictions: Predictions): void {
    this.#predictions = predictions
  }

  reset(): void {
    this.gathered = undefined
  }

  setAside(): () => void {
    const { gathered } = this
    return () => {
      this.gathered = gathered
    }
  }

  /**
   * Takes one batch in.
   *
   * @param weights [batch], how much each sample counts; default 1
   * @throws RangeError when the shapes do not fit, a label is no class, or such targets have no such figure; TypeError for several
   * predictions or targets
   */
  async accumulate(pred: Tensors, target: Tensors, weights?: Tensor1D): Promise<void> {
    if (!(pred instanceof Tensor && target instanceof Tensor))
      throw typeError('one-output', `${this.name} compares one tensor of predictions with one of targets, but there are several.`)
    const { multiLabel = this.#predictions.binary, fromLogits, thresh = 0.5 } = this.#options
    const { holds = 'logits' } = this.#predictions
    const held = fromLogits === undefined ? holds : fromLogits ? 'logits' : 'probabilities'
    await this.take(pred, target, weights, { what: this.name, multiLabel, holds: held, thresh })
  }

  /** Of several ranks: what those that took batches in have gathered becomes one. */
  async together(gather: Gather): Promise<void> {
    const parts = await gather(this.gathered ? this.numbers(this.gathered) : new Float64Array())
    this.gathered = this.joined(parts.filter(({ length }) => length > 0))
  }

  /** All that is gathered, as numbers. */
  protected abstract numbers(gathered: Gathered): Float64Array

  /** What several have gathered, of their {@link numbers}; undefined of none. */
  protected abstract joined(parts: readonly Float64Array[]): Gathered | undefined

  /** Makes of a batch what is gathered. */
  protected abstract take(pred: Tensor, target: Tensor, weights: Tensor1D | undefined, reading: Reading): Promise<void>

  abstract get value(): number
}
