import {
  Bus,
  type Callback,
  CancelSignal,
  type EndReason,
  type EventName,
  type Section,
  type TrainingState,
  type Weights,
} from '@onecycle/callbacks'

export interface FakeFitOptions {
  epochs?: number
  batches?: number
  /** Validation batches; 0 for no validation. */
  validBatches?: number
  metrics?: string[]
  /** Raw training loss of batch k of the fit. */
  loss?: (k: number) => number
  /** Hyper-parameters in force for batch k of the fit, a value per layer group. */
  hypers?: (k: number) => Record<string, number[]>
}

/** A fit without a model: fires the events as the loop does, with the given losses and rates. */
export class FakeFit implements TrainingState {
  epoch = 0
  n_iter = 0
  iter = 0
  train_iter = 0
  training = true
  lr_finding = false
  num_it: number | undefined
  lossValue = Number.NaN
  values: Record<string, number> = {}
  reason: EndReason | undefined
  error: unknown
  readonly n_epoch: number
  readonly n_train_iter: number
  readonly metricNames: string[]
  readonly opt: TrainingState['opt']
  readonly bus: Bus
  declare xb: TrainingState['xb']
  declare yb: TrainingState['yb']
  declare pred: TrainingState['pred']
  declare loss: TrainingState['loss']
  declare grads: TrainingState['grads']
  weights = undefined
  readonly bs = 64
  readonly totalWeight = 64
  readonly said: string[] = []
  #hypers: Record<string, number[]>
  readonly #options: Required<FakeFitOptions>

  constructor(callbacks: Callback[], options: FakeFitOptions = {}) {
    const { epochs = 2, batches = 5, validBatches = 2, metrics = ['accuracy'] } = options
    const { loss = k => 1 / (k + 1), hypers = k => ({ lr: [0.1 * (k + 1)], mom: [0.9] }) } = options
    this.#options = { epochs, batches, validBatches, metrics, loss, hypers }
    this.bus = new Bus(callbacks)
    this.n_epoch = epochs
    this.n_train_iter = batches
    this.metricNames = metrics
    this.#hypers = hypers(0)
    const current = () => this.#hypers
    this.opt = {
      groups: current()['lr']!.length,
      names: Object.keys(current()),
      get: name => current()[name]!,
      set: () => {},
    }
  }

  get pct_train(): number {
    return this.train_iter / (this.n_epoch * this.n_train_iter)
  }

  get validates(): boolean {
    return this.#options.validBatches > 0
  }

  betterOf(): undefined {}

  log(line: string): void {
    this.said.push(line)
  }

  async getWeights(): Promise<Weights> {
    return {}
  }

  async setWeights(): Promise<void> {}

  run(): this {
    this.reason = undefined
    this.train_iter = 0
    try {
      this.#section('fit', () => {
        for (this.epoch = 0; this.epoch < this.n_epoch; this.epoch++) this.#section('epoch', () => this.#epoch())
      })
      this.reason ??= 'completed'
    } catch (error) {
      this.error = error
      this.reason = 'failed'
    }
    this.fire('after_fit')
    if (this.reason === 'failed') throw this.error
    return this
  }

  fire(event: EventName): void {
    this.bus.fire(event, this)
  }

  #epoch(): void {
    this.#section('train', () => this.#pass(true, this.#options.batches))
    if (!this.#options.validBatches) return
    this.#section('validate', () => {
      this.#pass(false, this.#options.validBatches)
      this.values['valid_loss'] = 0.5 / (this.epoch + 1)
      this.metricNames.forEach((name, i) => {
        this.values[name] = 0.9 + this.epoch / 100 + i / 1000
      })
    })
  }

  #pass(training: boolean, batches: number): void {
    this.training = training
    this.n_iter = batches
    for (this.iter = 0; this.iter < batches; this.iter++) {
      this.#section('batch', () => {
        if (training) this.#hypers = this.#options.hypers(this.train_iter)
        this.fire('after_pred')
        this.fire('after_loss')
        if (training) {
          this.fire('before_backward')
          this.lossValue = this.#options.loss(this.train_iter)
          this.fire('after_backward')
          this.fire('before_step')
          this.fire('after_step')
        } else this.lossValue = 77
      })
    }
  }

  #section(section: Section, body: () => void): void {
    try {
      this.fire(`before_${section}` as EventName)
      body()
    } catch (error) {
      if (!(error instanceof CancelSignal) || error.section !== section) throw error
      if (section === 'fit') this.reason = 'stopped'
      this.fire(`after_cancel_${section}` as EventName)
    }
    if (section === 'batch' && this.training) this.train_iter++
    if (section !== 'fit') this.fire(`after_${section}` as EventName)
  }
}
