import { checkKeys, checkNumber } from '@onecycle/platform'
import type { Optimizer } from '@tensorflow/tfjs-core'
import type { Callback } from '../callback.js'
import type { HyperParameters, TrainingState } from '../training-state.js'
import { type ScaleOptions, scaling } from './cyclic-scale.js'
import { checkStep, type Schedule } from './schedule.js'
import { type KerasCallback, StockOptimizer } from './stock-optimizer.js'

export interface CyclicLRScheduleOptions extends ScaleOptions {
  /** The rate at which every cycle starts and ends. Default 1e-3. */
  base_lr?: number | undefined
  /** The rate in the middle of a cycle, before scaling. Default 6e-3. */
  max_lr?: number | undefined
  /** Batches of half a cycle; need not be whole. Default 2000. */
  step_size?: number | undefined
}

const keys = ['base_lr', 'max_lr', 'step_size', 'mode', 'gamma', 'scale_fn', 'scale_mode']

/**
 * Keras CLR as a schedule: a triangle between `base_lr` and `max_lr`, its height scaled by cycle or by iteration.
 * Sources: Smith, arXiv:1506.01186; bckenstler/CLR.
 * @throws RangeError for negative rates, a step size that is not positive, or an unknown mode.
 *
 * @example
 * const lr = cyclic_lr({ base_lr: 1e-3, max_lr: 6e-3, step_size: 2000, mode: 'triangular2' })
 */
export function cyclic_lr(options: CyclicLRScheduleOptions = {}): Schedule {
  checkKeys('cyclic_lr', options, keys)
  const base = checkNumber('base_lr', options.base_lr ?? 1e-3, { min: 0 })
  const max = checkNumber('max_lr', options.max_lr ?? 6e-3, { min: 0 })
  const size = checkNumber('step_size', options.step_size ?? 2000, { above: 0 })
  const scale = scaling(options)
  return (step, steps) => {
    checkStep(step, steps)
    const cycle = Math.floor(1 + step / (2 * size))
    const x = Math.abs(step / size - 2 * cycle + 1)
    return base + (max - base) * Math.max(0, 1 - x) * scale(cycle, step)
  }
}

export interface CyclicLROptions extends CyclicLRScheduleOptions {
  /** More figures for `history` after each batch of our Learner, which computes metrics once an epoch only. */
  logs?: ((learn: TrainingState) => Record<string, number>) | undefined
}

/**
 * Keras CLR as a callback: of our Learner as it is, of tfjs's own `model.fit` through `keras(model)`. It remembers `lr`,
 * `iterations`, `loss` and other figures of every batch in `history`; a second fit continues where the first one ended.
 *
 * @example
 * const clr = new CyclicLR({ base_lr: 1e-3, max_lr: 6e-3, step_size: 2000 })
 * await learn.fit(1e-3, 4, { callbacks: [clr] })
 * await model.fit(x, y, { callbacks: [clr.keras(model)] })
 */
export class CyclicLR implements Callback {
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

  constructor({ logs, ...options }: CyclicLROptions = {}) {
    this.#options = options
    this.#schedule = cyclic_lr(options)
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

  before_fit(learn: TrainingState): void {
    if (!learn.lr_finding) this.#begin(learn.opt)
  }

  after_batch(learn: TrainingState): void {
    if (!learn.lr_finding) this.#advance(learn.opt, { loss: learn.lossValue, ...this.#logs?.(learn) })
  }

  /**
   * This schedule as a callback of tfjs's `model.fit`, for a compiled model with any stock optimizer.
   * @throws Error when the model is not compiled, or its optimizer is unknown.
   */
  keras(model: { readonly optimizer: Optimizer }): KerasCallback {
    const opt = new StockOptimizer(model.optimizer)
    return {
      onTrainBegin: () => this.#begin(opt),
      onBatchEnd: (_, { batch: _batch, size: _size, ...logs } = {}) => this.#advance(opt, logs),
    }
  }

  #begin(opt: HyperParameters): void {
    opt.set('lr', this.clr())
  }

  #advance(opt: HyperParameters, logs: Record<string, number>): void {
    const used = opt.get('lr').at(-1)!
    this.trn_iterations++
    this.clr_iterations++
    for (const [key, value] of Object.entries({ lr: used, iterations: this.trn_iterations, ...logs })) {
      this.history[key] ??= []
      this.history[key].push(value)
    }
    opt.set('lr', this.clr())
  }
}
