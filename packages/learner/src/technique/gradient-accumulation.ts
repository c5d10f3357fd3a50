import { type Callback, CancelBatch, type Weights } from '@onecycle/callbacks'
import { checkCount, checkOptions, kind } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { checkSaved, keptTensors, savedTensors } from './saved-tensors.js'

/** What `GradientAccumulation` is given: samples of a step. */
export interface GradientAccumulationOptions {
  /** Samples before a step. Default 32. */
  n_acc?: number | undefined
}

/** What a {@link GradientAccumulation} has gathered since the last step. */
export interface GradientAccumulationState {
  /** Samples. */
  readonly count: number
  /** What the samples count, and those of the first batch: the sum of their weights, or their number. */
  readonly total: number
  readonly first: number
  /** Sums of gradients by parameter, each batch's by what it counts in first batches. */
  readonly sums: Weights
}

/**
 * Gathers the gradients of several batches until they are of `n_acc` samples, and steps with their mean: it is what one batch of so
 * many samples would have given, in the memory of a small one. What is left at the end of a pass is stepped as well, as the last,
 * smaller batch of a pass is. A batch without a step is cancelled, as in fastai, so that `before_step` beyond order 6, `after_step` and what
 * listens there know of real steps only; rates go on by batches, as the position in the fit does.
 *
 * Where samples or classes have weights, batches count by their sum. Batch norms see the small batches. A pass that a callback cuts short leaves its rest to the next one; the end of a fit drops it.
 * Source: fastai 2's `GradientAccumulation`, which divides by `n_acc` whatever there is.
 *
 * @throws RangeError when n_acc is not a whole number of at least 1; TypeError for an unknown option.
 * @example
 * const data = await datasets.mnist_sample({ bs: 16 })
 * await new Learner(data, model).fit(1e-2, 1, { callbacks: new GradientAccumulation({ n_acc: 64 }) })
 */
export class GradientAccumulation implements Callback<Learner> {
  static readonly name: string = 'GradientAccumulation'
  readonly name = 'GradientAccumulation'
  readonly order = 6
  readonly run_valid = false
  readonly #n_acc: number
  #sums: Record<string, tf.Tensor> = {}
  #count = 0
  #total = 0
  #first = 0
  #restored = false

  constructor(options: GradientAccumulationOptions = {}) {
    checkOptions<GradientAccumulationOptions>('GradientAccumulation', options, { n_acc: kind.any })
    const { n_acc = 32 } = options
    this.#n_acc = checkCount('n_acc', n_acc)
  }

  before_fit(): void {
    if (!this.#restored) this.#drop()
    this.#restored = false
  }

  before_step(learn: Learner): void {
    // Whoever looks at losses comes later: what is no number is theirs, and would spoil what has been gathered.
    if (!Number.isFinite(learn.lossValue)) return
    const complete = this.#count + learn.bs >= this.#n_acc || learn.iter === learn.n_iter - 1
    if (complete && this.#total === 0) return
    this.#add(learn)
    if (!complete) throw new CancelBatch()
    const share = this.#first / this.#total
    const sums = Object.keys(learn.grads).map(name => [name, this.#sums[name]!] as const)
    learn.grads = tf.tidy(() => Object.fromEntries(sums.map(([name, sum]) => [name, tf.mul(sum, share)])))
    this.#drop()
  }

  after_fit(): void {
    this.#drop()
    this.#restored = false
  }

  /** What has been gathered, for {@link restore} in another process. */
  async state(): Promise<GradientAccumulationState> {
    const numbers = { count: this.#count, total: this.#total, first: this.#first }
    return { ...numbers, sums: await savedTensors(this.#sums) }
  }

  /** Goes on from a state: the next fit does not begin anew. Throws TypeError, and changes nothing, for what is none. */
  restore(state: GradientAccumulationState): void {
    checkSaved(this.name, state, ['count', 'total', 'first'], ['sums'])
    const { count, total, first, sums } = state
    this.#drop()
    this.#sums = keptTensors(sums)
    this.#count = count
    this.#total = total
    this.#first = first
    this.#restored = true
  }

  #add({ grads, bs, totalWeight }: Learner): void {
    this.#count += bs
    if (totalWeight === 0) return
    if (this.#total === 0) this.#first = totalWeight
    this.#total += totalWeight
    const share = totalWeight / this.#first
    for (const [name, gradient] of Object.entries(grads)) {
      const before = this.#sums[name]
      this.#sums[name] = tf.tidy(() => {
        const part = share === 1 ? gradient : tf.mul(gradient, share)
        return tf.keep(before ? tf.add(before, part) : part.clone())
      })
      before?.dispose()
    }
  }

  #drop(): void {
    tf.dispose(this.#sums)
    this.#sums = {}
    this.#count = this.#total = 0
  }
}
