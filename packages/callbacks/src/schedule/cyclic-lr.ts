import { checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'
import type { Optimizer } from '@tensorflow/tfjs-core'
import type { Callback } from '../callback.js'
import { hyperFault } from '../check-hyper.js'
import type { HyperParameters, TrainingState } from '../training-state.js'
import { type CyclicLRScheduleOptions, cyclic_lr, cyclicKinds } from './cyclic-schedule.js'
import { sharesOf } from './discriminative.js'
import { beginKerasFit } from './keras-fit.js'
import { OthersValues } from './others-values.js'
import type { Schedule } from './schedule.js'
import { type KerasCallback, StockOptimizer } from './stock-optimizer.js'

/** What the callback `CyclicLR` is given: the schedule of `cyclic_lr`, and more figures for its history. */
export interface CyclicLROptions extends CyclicLRScheduleOptions {
  /** More figures for `history` after each batch of our Learner, which computes metrics once an epoch only. */
  logs?: ((learn: TrainingState) => Record<string, number>) | undefined
}

/** What a {@link CyclicLR} has counted and recorded. */
export interface CyclicLRState {
  clr_iterations: number
  trn_iterations: number
  history: Record<string, number[]>
}

/**
 * Keras CLR as a callback: of our Learner as it is, of tfjs's own `model.fit` through `keras(model)`. It remembers `lr`,
 * `iterations`, `loss` and other figures of every batch in `history`.
 *
 * It counts its own iterations, whatever the position in a fit: a second fit continues where the first one ended. A new one in a fit that
 * begins with a later epoch (`start_epoch`, `initialEpoch`) begins where that epoch does.
 *
 * The bounds are those of the last layer group; the others keep the proportions that the rates of the fit have. It is left alone by the mock
 * training of `lr_find`.
 * @throws RangeError as `cyclic_lr`; when the fit begins, for a rate on the way that no optimizer takes.
 *
 * @example
 * const clr = new CyclicLR({ base_lr: 1e-3, max_lr: 6e-3, step_size: 2000 })
 * await learn.fit(slice(1e-5, 1e-3), 4, { callbacks: [clr] })
 * await model.fit(x, y, { callbacks: [clr.keras(model)] })
 */
export class CyclicLR implements Callback {
  static readonly name: string = 'CyclicLR'
  readonly name = 'CyclicLR'
  readonly order = 60
  readonly run_valid = false
  readonly sets = ['lr']
  /** One entry per batch: the rate that it used, its number (from 1, over all fits), and what was logged. */
  readonly history: Record<string, number[]> = {}
  /** Batches since the last reset. */
  clr_iterations = 0
  /** Batches in all. */
  trn_iterations = 0
  #options: CyclicLRScheduleOptions
  #schedule: Schedule
  readonly #logs: ((learn: TrainingState) => Record<string, number>) | undefined
  #shares: readonly number[] = [1]
  readonly #others = new OthersValues(this.name, this.sets)

  constructor(options: CyclicLROptions = {}) {
    checkOptions<CyclicLROptions>('CyclicLR', options, { ...cyclicKinds, logs: kind.function })
    const { logs, ...bounds } = options
    this.#options = bounds
    this.#schedule = cyclic_lr(bounds)
    this.#logs = logs
  }

  /** The rate for the next batch. */
  clr(): number {
    return this.#schedule(this.clr_iterations, 1)
  }

  /**
   * Begins the cycles anew, with other bounds where given. History stays. Between fits the next one starts at the base
   * rate; during a fit the next batch keeps its rate and the one after is the second of a cycle (Keras CLR's behaviour).
   */
  reset(new_base_lr?: number, new_max_lr?: number, new_step_size?: number): void {
    const options = { ...this.#options }
    if (new_base_lr !== undefined) options.base_lr = new_base_lr
    if (new_max_lr !== undefined) options.max_lr = new_max_lr
    if (new_step_size !== undefined) options.step_size = new_step_size
    this.#schedule = cyclic_lr(options)
    this.#options = options
    this.clr_iterations = 0
  }

  /** {@link reset}, by the name that it has in Keras CLR. */
  _reset(new_base_lr?: number, new_max_lr?: number, new_step_size?: number): void {
    this.reset(new_base_lr, new_max_lr, new_step_size)
  }

  /** What it has counted and recorded, for {@link restore} in another process. */
  state(): CyclicLRState {
    return { clr_iterations: this.clr_iterations, trn_iterations: this.trn_iterations, history: structuredClone(this.history) }
  }

  /** Goes on from a state, made with the same options. */
  restore(state: CyclicLRState): void {
    if (!kind.object.fits(state) || !kind.object.fits(state.history))
      throw typeError('wrong-state', `${show(state)} is not the state of a CyclicLR: restore what its state() gave.`)
    const { clr_iterations, trn_iterations, history } = state
    this.clr_iterations = clr_iterations
    this.trn_iterations = trn_iterations
    for (const key of Object.keys(this.history)) delete this.history[key]
    Object.assign(this.history, structuredClone(history))
    this.#others.forget()
  }

  before_fit(learn: TrainingState): void {
    if (learn.lr_finding) return
    const { epoch, n_epoch, n_train_iter, opt } = learn
    this.#begin(opt, epoch * n_train_iter, (n_epoch - epoch) * n_train_iter)
    this.#others.begin(opt)
  }

  before_batch(learn: TrainingState): void {
    if (learn.lr_finding) return
    this.#checkRate(this.clr_iterations)
    this.#others.notice(learn)
  }

  after_batch(learn: TrainingState): void {
    if (learn.lr_finding) return
    this.#advance(learn.opt, { loss: learn.lossValue, ...this.#logs?.(learn) })
    this.#others.remember(learn.opt)
  }

  /**
   * This schedule as a callback of tfjs's `model.fit`, for a compiled model with any stock optimizer.
   * @throws Error when the model is not compiled, or its optimizer is unknown.
   */
  keras(model: { readonly optimizer: Optimizer }): KerasCallback {
    const opt = new StockOptimizer(model?.optimizer)
    const clr = this
    return {
      // tfjs calls this as a method of its own callback, which knows the length of the fit.
      onTrainBegin(this: unknown) {
        const { epoch, epochs, batches } = beginKerasFit(this, clr) ?? { epoch: 0, epochs: 1, batches: 1 }
        clr.#begin(opt, epoch * batches, (epochs - epoch) * batches)
      },
      onBatchBegin: () => this.#checkRate(this.clr_iterations),
      onBatchEnd: (_, { batch: _batch, size: _size, ...logs } = {}) => this.#advance(opt, logs),
    }
  }

  #begin(opt: HyperParameters, done: number, length: number): void {
    if (this.trn_iterations === 0 && this.clr_iterations === 0) this.clr_iterations = this.trn_iterations = done
    // Rates beyond a thousand batches are looked at when their batch comes.
    for (let i = 0; i < Math.min(length, 1000); i++) this.#checkRate(this.clr_iterations + i)
    this.#shares = sharesOf(opt.get('lr'))
    this.#set(opt)
  }

  #advance(opt: HyperParameters, logs: Record<string, number>): void {
    const used = opt.get('lr').at(-1)!
    this.trn_iterations++
    this.clr_iterations++
    for (const [key, value] of Object.entries({ lr: used, iterations: this.trn_iterations, ...logs })) {
      this.history[key] ??= []
      this.history[key].push(value)
    }
    try {
      this.#set(opt)
    } catch {
      // There may be no next batch, and a fit that is complete should not fail: if there is one, it is refused then.
    }
  }

  #set(opt: HyperParameters): void {
    const rate = this.clr()
    opt.set(
      'lr',
      this.#shares.map(share => rate * share),
    )
  }

  #checkRate(iteration: number): void {
    const rate = this.#schedule(iteration, 1)
    const fault = hyperFault('lr', rate)
    if (fault) throw rangeError('schedule-value', `CyclicLR gave ${rate} for iteration ${iteration}: lr ${fault}.`)
  }
}
