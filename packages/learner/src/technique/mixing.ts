import type { Callback, Tensors } from '@onecycle/callbacks'
import { checkNumber, checkOptions, kind, typeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'

/** How the samples of a batch are mixed, each with one other. */
export interface Mix {
  /** The share of each sample in what comes of it. */
  readonly shares: Float32Array
  /** The inputs mixed with those of the others, who are given by their places in the batch. */
  mix(x: tf.Tensor, others: Int32Array): tf.Tensor
}

/** What `MixUp` and `CutMix` are given: how evenly two samples are mixed. */
export interface MixOptions {
  /** Both parameters of the beta distribution that shares are drawn from: near 0 they are all or nothing, at 1 anything. */
  alpha?: number | undefined
}

/**
 * What MixUp and CutMix have in common: each sample of a training batch is mixed with another one of it, and their targets by the same
 * shares. Labels of classes become shares of classes, which the cross-entropies of this package take, as they take yes and no in between.
 */
export abstract class Mixing implements Callback<Learner> {
  abstract readonly name: string
  readonly run_valid = false
  protected readonly alpha: number
  #shares: Float32Array = new Float32Array()
  #others: Int32Array = new Int32Array()

  constructor(owner: string, options: MixOptions, alpha: number) {
    checkOptions<MixOptions>(owner, options, { alpha: kind.number })
    const { alpha: given = alpha } = options
    this.alpha = checkNumber('alpha', given, { above: 0 })
  }

  /** Draws what is done with a batch of so many samples, whose inputs have such shapes. */
  protected abstract draw(learn: Learner, shape: readonly number[]): Mix

  before_batch(learn: Learner): void {
    const inputs = [learn.xb].flat()
    for (const { dtype } of inputs)
      if (dtype !== 'float32')
        throw typeError(
          'mixing-input',
          `${this.name} mixes inputs that are floats, but one is ${dtype}: indices of words or categories have nothing in between.`,
        )
    const { shares, mix } = this.draw(learn, inputs[0]!.shape)
    this.#shares = shares
    this.#others = learn.random.stream(this.name.toLowerCase()).permutation(learn.bs)
    learn.xb = tf.tidy(() => each(learn.xb, x => mix(x, this.#others)))
  }

  after_pred(learn: Learner): void {
    const { pred, weights } = learn
    const others = this.#others
    tf.tidy(() => {
      const shares = tf.tensor1d(this.#shares)
      const mixed = weights && mixture(weights, others, shares)
      // Each of the two targets counts by its own weight.
      const parts = mixed ? tf.divNoNan(tf.mul(weights, along(shares, weights.rank)), mixed) : shares
      learn.yb = each(learn.yb, (y, i) => mixture(asShares(y, Array.isArray(pred) ? pred[i] : pred), others, parts))
      learn.weights = mixed
    })
  }
}

/** Each sample by its share, and the rest by another one. */
export function mixture<T extends tf.Tensor>(x: T, others: Int32Array, shares: tf.Tensor): T {
  const other = tf.gather(x, others)
  return tf.add(other, tf.mul(tf.sub(x, other), along(shares, x.rank)))
}

/** With axes of size 1 up to so many. */
function along(shares: tf.Tensor, rank: number): tf.Tensor {
  return tf.reshape(shares, [...shares.shape, ...new Array<number>(rank - shares.rank).fill(1)])
}

/** Labels as shares of the classes that are predicted; other targets as floats. */
function asShares(y: tf.Tensor, pred: tf.Tensor | undefined): tf.Tensor {
  const classes = pred?.rank === y.rank + 1 ? pred.shape.at(-1)! : 1
  // The cast is a step of its own because wasm's OneHot writes integers whatever type it is asked for.
  return tf.cast(y.dtype === 'int32' && classes > 1 ? tf.oneHot(y, classes) : y, 'float32')
}

function each<T extends Tensors>(tensors: T, work: (tensor: tf.Tensor, i: number) => tf.Tensor): Tensors {
  return Array.isArray(tensors) ? tensors.map(work) : work(tensors as tf.Tensor, 0)
}
