import { checkOptions } from '@onecycle/platform'
import { type Panel, Plot, type Series, type ShowOptions } from '@onecycle/plot'
import { formatNumber, showKinds } from '@onecycle/plot/internal'
import { tidy } from '@tensorflow/tfjs-core'
import { asPredictions } from '../loss/targets.js'
import type { Interpreted } from './check-learner.js'
import { Interpretation, type InterpretationOptions, lookAt, type Seen } from './interpretation.js'
import type { Column, Marks } from './samples-panel.js'
import { tabular } from './tabular.js'

/** Predicted and actual values, one sample after the other. */
interface Kept {
  readonly predicted: Float32Array
  readonly actual: ArrayLike<number>
}

/**
 * How far a model's values are from the targets: predicted against actual, what is left over, and the samples that it does worst at. All of it of
 * one pass over the validation data, or other data, in the units of the targets.
 *
 * @example
 * const interp = await RegressionInterpretation.from_learner(learn)
 * await interp.plot_residuals().save('runs/residuals.svg')
 */
export class RegressionInterpretation extends Interpretation {
  static override readonly name: string = 'RegressionInterpretation'
  readonly #kept: Kept
  readonly #values: number
  readonly #names: readonly string[] | undefined

  private constructor(seen: Seen, kept: Kept) {
    super(seen)
    this.#kept = kept
    this.#values = kept.predicted.length / seen.losses.length
    const targets = tabular(seen.learn.data)?.targets
    this.#names = targets?.find(({ name }) => seen.head === undefined || name === seen.head)?.columns
  }

  /**
   * Looks at every sample once: predictions, targets and losses are kept in memory, inputs are not.
   *
   * @throws TypeError for what is no Learner, without validation data, or for several outputs; RangeError where there is not one target for each
   * prediction
   */
  static async from_learner(learn: Interpreted, options: InterpretationOptions = {}): Promise<RegressionInterpretation> {
    const [seen, kept] = await lookAt('RegressionInterpretation', learn, options, async ({ outputs, targets }) => {
      tidy(() => void asPredictions('RegressionInterpretation', outputs, targets))
      return { predicted: (await outputs.data()) as Float32Array, actual: await targets.data() }
    })
    return new RegressionInterpretation(seen, kept)
  }

  columns(): Column[] {
    const { predicted, actual } = this.#kept
    if (this.#values > 3) return []
    const of = (values: ArrayLike<number>) => (i: number) =>
      Array.from({ length: this.#values }, (_, v) => formatNumber(values[i * this.#values + v]!)).join(', ')
    return [
      { name: 'predicted', of: of(predicted) },
      { name: 'actual', of: of(actual) },
    ]
  }

  override marks(index: number): Marks {
    const { predicted, actual } = this.#kept
    const [from, to] = [index * this.#values, (index + 1) * this.#values]
    return { predicted: predicted.subarray(from, to), actual: Array.from(actual).slice(from, to) }
  }

  /** What is left over, actual less predicted, one sample after the other. */
  get residuals(): Float64Array {
    const { predicted, actual } = this.#kept
    return Float64Array.from(predicted, (value, i) => actual[i]! - value)
  }

  /** What is predicted over what is, and the line where both are equal; a panel for each value of a sample. */
  plot_predicted_actual(options: ShowOptions = {}): Plot {
    checkOptions<ShowOptions>('plot_predicted_actual', options, showKinds)
    const { predicted, actual } = this.#kept
    return this.#panels(options, name => {
      const points = this.#points(name, (i): [number, number] => [actual[i]!, predicted[i]!])
      const ends = points.flat().filter(Number.isFinite)
      const [low, high] = [Math.min(...ends), Math.max(...ends)]
      const exact: Series = { name: 'exact', style: 'faint', color: 7, points: [[low, low], [high, high]] } // biome-ignore format: short
      return {
        title: 'Predicted against actual',
        x: { label: 'Actual' },
        y: { label: 'Predicted' },
        series: [exact, dots(points)],
      }
    })
  }

  /** What is left over, actual less predicted, over what is predicted: around 0 and without a shape, where the model has learnt all there is. */
  plot_residuals(options: ShowOptions = {}): Plot {
    checkOptions<ShowOptions>('plot_residuals', options, showKinds)
    const { predicted } = this.#kept
    const { residuals } = this
    return this.#panels(options, name => {
      const points = this.#points(name, (i): [number, number] => [predicted[i]!, residuals[i]!])
      const ends = points.map(([x]) => x).filter(Number.isFinite)
      const zero: Series = { name: 'exact', style: 'faint', color: 7, points: [[Math.min(...ends), 0], [Math.max(...ends), 0]] } // biome-ignore format: short
      return {
        title: 'Residuals',
        x: { label: 'Predicted' },
        y: { label: 'Actual less predicted' },
        series: [zero, dots(points)],
      }
    })
  }

  #panels(options: ShowOptions, panel: (value: number) => Panel): Plot {
    const panels = Array.from({ length: this.#values }, (_, value) => {
      const made = panel(value)
      return this.#values === 1 ? made : { ...made, title: `${made.title}, ${this.#names?.[value] ?? `value ${value}`}` }
    })
    return new Plot({ panels, columns: 2 }).present(options)
  }

  /** The points of one value of each sample. */
  #points(value: number, of: (i: number) => [number, number]): [number, number][] {
    return Array.from(this.losses, (_, sample) => of(sample * this.#values + value))
  }
}

function dots(points: [number, number][]): Series {
  return { name: 'samples', style: 'dots', points }
}
