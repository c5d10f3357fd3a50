import type { Callback, Tensors, TrainingState } from '@onecycle/callbacks'
import type { Metric } from './metric.js'
import { tryAll } from './try-all.js'

/**
 * Tries each metric once, on the first training batch and before its step: one that does not fit would be heard of when an epoch is
 * over. Targets that a callback has put in the place of the data's, as mixup does, say nothing of validation and are not tried.
 */
export class MetricTrial implements Callback {
  readonly name = 'MetricTrial'
  readonly order = -1000
  readonly run_valid = false
  readonly #metrics: readonly Metric[]
  readonly #leave: (trial: this) => void
  #targets: Tensors | undefined

  /** @param leave takes it off the bus once it has tried: every batch would be told to it in vain */
  constructor(metrics: readonly Metric[], leave: (trial: MetricTrial) => void) {
    this.#metrics = metrics
    this.#leave = leave
  }

  before_batch(learn: TrainingState): void {
    this.#targets = learn.yb
  }

  after_backward(learn: TrainingState): Promise<void> | undefined {
    const targets = this.#targets
    this.#targets = undefined
    if (learn.lr_finding || !learn.validates || learn.yb !== targets) return
    this.#leave(this)
    return tryAll(this.#metrics, learn)
  }
}
