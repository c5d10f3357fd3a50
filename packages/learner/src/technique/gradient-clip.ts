import type { Callback } from '@onecycle/callbacks'
import { checkNumber, checkOptions, kind, show, typeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import type { Model } from '../model/trainable-model.js'
import { unitAxes } from './unit-axes.js'

/** How gradients are clipped: by one of the three. */
export interface GradientClipOptions {
  /** The largest norm that all gradients together may have; larger ones are scaled down to it. Default 1. */
  max_norm?: number | undefined
  /** Which norm: 2 (default) is the Euclidean, 1 the sum of magnitudes, Infinity the largest one. */
  norm_type?: number | undefined
  /** In place of a norm: each element is kept within -clip_value and clip_value. */
  clip_value?: number | undefined
  /**
   * In place of a norm: adaptive clipping. The gradient of each unit may have at most this share of the norm of the unit's own
   * weights, 0.01 say.
   */
  clip_factor?: number | undefined
}

type Clip = (gradient: tf.Tensor, name: string) => tf.Tensor

/** Norms of weights below this count as this, so that what began as zeros can move. */
const smallestNorm = 1e-3

/**
 * Keeps gradients from growing too large: one batch that is unlike all others then moves the weights no further than others do. It
 * clips right before the step, what {@link GradientAccumulation} has gathered as a whole.
 *
 * By norm, as fastai 2's `GradientClip` and PyTorch's `clip_grad_norm_`: the gradients are multiplied by
 * `max_norm / (norm + 1e-6)` where that is below 1. By value, as `clip_grad_value_`. Adaptive (AGC): Brock et al. 2021 (arXiv:2102.06171),
 * a unit being what a weight has for one output, all that it sees along the other axes; a vector is one unit. The paper leaves out the last layer of
 * a classifier.
 *
 * @throws RangeError when a limit is no number above 0, or `norm_type` is below 1; TypeError for an unknown option, and for two ways at once.
 * @example
 * await learn.fit_one_cycle(4, 1e-2, { callbacks: new GradientClip({ max_norm: 0.1 }) })
 */
export class GradientClip implements Callback<Learner> {
  static readonly name: string = 'GradientClip'
  readonly name = 'GradientClip'
  readonly order = 11
  readonly run_valid = false
  readonly #clipOf: (learn: Learner) => Clip

  constructor(options: GradientClipOptions = {}) {
    const number = kind.number
    checkOptions<GradientClipOptions>('GradientClip', options, {
      max_norm: number,
      norm_type: number,
      clip_value: number,
      clip_factor: number,
    })
    const { max_norm = 1, norm_type = 2, clip_value, clip_factor } = options
    checkOneWay(options)
    if (clip_value !== undefined) this.#clipOf = byValue(checkNumber('clip_value', clip_value, { above: 0 }))
    else if (clip_factor !== undefined) this.#clipOf = adaptive(checkNumber('clip_factor', clip_factor, { above: 0 }))
    else {
      checkNumber('max_norm', max_norm, { above: 0 })
      if (norm_type !== Number.POSITIVE_INFINITY) checkNumber('norm_type', norm_type, { min: 1 })
      this.#clipOf = byNorm(max_norm, norm_type)
    }
  }

  before_step(learn: Learner): void {
    learn.grads = tf.tidy(() => {
      const clip = this.#clipOf(learn)
      return Object.fromEntries(Object.entries(learn.grads).map(([name, gradient]) => [name, clip(gradient, name)]))
    })
  }
}

function checkOneWay({ max_norm, norm_type, clip_value, clip_factor }: GradientClipOptions): void {
  const ways = { 'max_norm or norm_type': max_norm ?? norm_type, clip_value, clip_factor }
  const given = Object.entries(ways).filter(([, value]) => value !== undefined)
  if (given.length > 1)
    throw typeError(
      'one-or-other',
      `GradientClip clips in one way, but was given ${given.map(([name, value]) => `${name} (${show(value)})`).join(' and ')}. ` +
        'Leave out all but one, or pass two GradientClips.',
    )
}

function byNorm(max_norm: number, norm_type: number): (learn: Learner) => Clip {
  return ({ grads }) => {
    const share = tf.minimum(1, tf.div(max_norm, tf.add(normOf(Object.values(grads), norm_type), 1e-6)))
    return gradient => tf.mul(gradient, share)
  }
}

function normOf(gradients: readonly tf.Tensor[], norm_type: number): tf.Tensor {
  if (norm_type === Number.POSITIVE_INFINITY) return tf.max(tf.stack(gradients.map(gradient => tf.max(tf.abs(gradient)))))
  if (norm_type === 2) return tf.sqrt(tf.addN(gradients.map(gradient => tf.sum(tf.square(gradient)))))
  const powers = gradients.map(gradient => tf.sum(tf.pow(tf.abs(gradient), norm_type)))
  return tf.pow(tf.addN(powers), 1 / norm_type)
}

function byValue(clip_value: number): () => Clip {
  return () => gradient => tf.clipByValue(gradient, -clip_value, clip_value)
}

function adaptive(clip_factor: number): (learn: Learner) => Clip {
  const axesOf = new WeakMap<Model, ReturnType<typeof unitAxes>>()
  return ({ trained, model }) => {
    const axes = axesOf.get(model) ?? unitAxes(model)
    axesOf.set(model, axes)
    const weights = new Map(trained.map(({ name, variable }) => [name, variable]))
    return (gradient, name) => {
      const weight = weights.get(name)!
      const norms = (tensor: tf.Tensor) => unitNorms(tensor, axes.get(weight))
      const largest = tf.mul(clip_factor, tf.maximum(norms(weight), smallestNorm))
      const share = tf.minimum(1, tf.div(largest, tf.maximum(norms(gradient), 1e-6)))
      return tf.mul(gradient, share)
    }
  }
}

/** The norm of each unit, shaped to be multiplied with. */
function unitNorms(tensor: tf.Tensor, units: readonly number[] = [tensor.rank - 1]): tf.Tensor {
  const all = tensor.shape.map((_, axis) => axis)
  const axes = tensor.rank < 2 ? all : all.filter(axis => !units.includes(axis))
  return tf.sqrt(tf.sum(tf.square(tensor), axes, true))
}
