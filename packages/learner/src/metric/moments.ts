import type { Tensors } from '@onecycle/callbacks'
import { checkOptions, kind } from '@onecycle/platform'
import { type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core'
import { asPredictions } from '../loss/targets.js'
import type { Gather, Metric } from './metric.js'

/** What metrics of moments are given: the name in the table. */
export interface MomentMetricOptions {
  /** The column in the epoch table. Default: scikit-learn's name of the figure, such as `r2_score`. */
  name?: string | undefined
}

/** Mean and squared deviations of weighted values, kept by Welford's updates: sums of squares would lose them where the mean is large. */
class Spread {
  weight = 0
  mean = 0
  squares = 0

  /** Takes in what another has seen. Source: Chan, Golub and LeVeque 1979. */
  join({ weight, mean, squares }: Pick<Spread, 'weight' | 'mean' | 'squares'>): void {
    if (weight === 0) return
    const all = this.weight + weight
    const apart = mean - this.mean
    this.squares += squares + (apart ** 2 * this.weight * weight) / all
    this.mean += (apart * weight) / all
    this.weight = all
  }

  add(value: number, weight: number): void {
    if (weight === 0) return
    this.weight += weight
    const before = value - this.mean
    this.mean += (before * weight) / this.weight
    this.squares += before * (value - this.mean) * weight
  }
}

/** Of each output the targets, and the errors. */
interface Gathered {
  readonly outputs: readonly { readonly target: Spread; readonly error: Spread }[]
  samples: number
}

function nothing(outputs: number): Gathered {
  return { samples: 0, outputs: Array.from({ length: outputs }, () => ({ target: new Spread(), error: new Spread() })) }
}

/** A figure of how far targets scatter, and what of it is left: a few sums in float64 for each output, whose figures are averaged. */
abstract class MomentMetric implements Metric {
  readonly name: string
  readonly better = 'higher'
  #gathered: Gathered | undefined

  constructor(name: string, options: MomentMetricOptions) {
    checkOptions<MomentMetricOptions>(new.target.name, options, { name: kind.string })
    this.name = options.name ?? name
  }

  reset(): void {
    this.#gathered = undefined
  }

  setAside(): () => void {
    const gathered = this.#gathered
    return () => {
      this.#gathered = gathered
    }
  }

  /**
   * Takes one batch in.
   *
   * @param weights [batch], how much each sample counts; default 1
   * @throws RangeError when the shapes do not fit; TypeError for several predictions or targets
   */
  async accumulate(pred: Tensors, target: Tensors, weights?: Tensor1D): Promise<void> {
    tidy(() => void asPredictions(this.name, pred as Tensor, target as Tensor))
    const [p, t, w] = await Promise.all([(pred as Tensor).data(), (target as Tensor).data(), weights?.data()])
    const samples = (pred as Tensor).shape[0]!
    const each = p.length / samples
    this.#gathered ??= nothing(each)
    this.#gathered.samples += samples
    for (let i = 0; i < p.length; i++) {
      const { target, error } = this.#gathered.outputs[i % each]!
      const weight = w ? w[Math.floor((i * w.length) / p.length)]! : 1
      target.add(t[i]!, weight)
      error.add(t[i]! - p[i]!, weight)
    }
  }

  async together(gather: Gather): Promise<void> {
    const own = this.#gathered
    const numbers = (own?.outputs ?? []).flatMap(({ target, error }) =>
      [target, error].flatMap(({ weight, mean, squares }) => [weight, mean, squares]),
    )
    const parts = await gather(Float64Array.of(...(own ? [own.samples] : []), ...numbers))
    this.#gathered = undefined
    for (const [samples, ...spreads] of parts.filter(({ length }) => length > 0)) {
      this.#gathered ??= nothing(spreads.length / 6)
      const all: Gathered = this.#gathered
      all.samples += samples!
      const spread = (at: number) => ({ weight: spreads[at]!, mean: spreads[at + 1]!, squares: spreads[at + 2]! })
      for (const [i, { target, error }] of all.outputs.entries()) {
        target.join(spread(6 * i))
        error.join(spread(6 * i + 3))
      }
    }
  }

  get value(): number {
    const { samples, outputs } = this.#gathered ?? { samples: 0, outputs: [] }
    if (samples < this.fewest) return Number.NaN
    const figures = outputs.map(({ target, error }) => {
      const left = this.left(error)
      if (left === 0) return 1
      return target.squares === 0 ? 0 : 1 - left / target.squares
    })
    return figures.reduce((sum, figure) => sum + figure, 0) / figures.length
  }

  /** Samples below which there is no figure. */
  protected abstract readonly fewest: number
  /** What is left of the scatter. */
  protected abstract left(error: Spread): number
}

/**
 * The share of the targets' variance that the predictions account for: 1 is all, 0 what their mean would, less what is worse than that. Of several
 * values a sample the mean of their figures. NaN for a single sample; where all targets are equal 1 for predictions without an error, and else 0.
 * Shapes and errors as {@link mse}; weights of samples are respected. Source: scikit-learn's `r2_score`, fastai's `R2Score`.
 *
 * @example
 * new Learner(data, model, { metrics: ['rmse', new R2Score()] })
 */
export class R2Score extends MomentMetric {
  static override readonly name: string = 'R2Score'
  protected readonly fewest = 2

  constructor(options: MomentMetricOptions = {}) {
    super('r2_score', options)
  }

  protected left({ squares, weight, mean }: Spread): number {
    return squares + weight * mean ** 2
  }
}

/**
 * As {@link R2Score}, but an error that all predictions have in common does not count. Source: scikit-learn's `explained_variance_score`, fastai's
 * `ExplainedVariance`.
 *
 * @example
 * new Learner(data, model, { metrics: [new ExplainedVariance()] })
 */
export class ExplainedVariance extends MomentMetric {
  static override readonly name: string = 'ExplainedVariance'
  protected readonly fewest = 1

  constructor(options: MomentMetricOptions = {}) {
    super('explained_variance_score', options)
  }

  protected left({ squares }: Spread): number {
    return squares
  }
}
