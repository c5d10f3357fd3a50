import { Bus } from '../bus.js'
import type { Callback } from '../callback.js'
import { CancelSignal } from '../cancel.js'
import { checkHyper } from '../check-hyper.js'
import type { EventName, Section } from '../events.js'
import type { Better, EndReason, HyperParameters, Tensors, TrainingState, Weights } from '../training-state.js'

/** Hyper-parameters that are just remembered, where a real optimizer would take them. */
export class FakeOptimizer implements HyperParameters {
  readonly groups: number
  readonly #values: Map<string, readonly number[]>

  constructor(values: Record<string, number | readonly number[]>, groups = 1) {
    this.groups = groups
    this.#values = new Map(Object.entries(values).map(([name, value]) => [name, this.#optimizerPerGroup(value)]))
  }

  get names(): string[] {
    return [...this.#values.keys()]
  }

  get(name: string): readonly number[] {
    const value = this.#values.get(name)
    if (!value) throw new Error(`no hyper-parameter ${name}`)
    return value
  }

  set(name: string, value: number | readonly number[]): void {
    this.get(name)
    const values = this.#optimizerPerGroup(value)
    if (values.length !== this.groups) throw new RangeError(`${values.length} values of ${name} for ${this.groups} groups`)
    for (const each of values) checkHyper(name, each)
    this.#values.set(name, values)
  }

  #optimizerPerGroup(value: number | readonly number[]): readonly number[] {
    return typeof value === 'number' ? Array<number>(this.groups).fill(value) : value
  }
}

export interface FakeFit {
  n_epoch: number
  n_batches: number
  callbacks: Callback[]
  opt: FakeOptimizer
  /** The first epoch. Default 0. */
  start_epoch?: number
  /** Loss of the i-th training batch of the fit. Default 1. */
  loss?: (i: number) => number
  /** Validation loss of an epoch; without it there is no validation. */
  valid_loss?: (epoch: number) => number
  metrics?: Record<string, (epoch: number) => number>
  /** Which way metrics are better. */
  better?: Record<string, Better>
  /** Whether to pretend to be lr_find. */
  lr_finding?: boolean
}

/** What happened in a fake fit: the hyper-parameters in force while each batch was stepped, and the epochs whose end was told. */
export interface FakeTrace {
  hypers: Record<string, readonly number[]>[]
  epochs: number
  reason: EndReason | undefined
  /** What the callbacks told the person. */
  said: readonly string[]
}

/** A fit without a model: fires the events of a real one in their order, and does as the callbacks' signals say. */
export async function fakeFit(options: FakeFit): Promise<FakeTrace> {
  const learn = new FakeLearner(options)
  await learn.fit()
  return learn
}

class FakeLearner implements TrainingState, FakeTrace {
  readonly hypers: Record<string, readonly number[]>[] = []
  epochs = 0
  readonly n_epoch: number
  readonly n_train_iter: number
  readonly opt: FakeOptimizer
  readonly metricNames: readonly string[]
  epoch = 0
  iter = 0
  train_iter = 0
  training = false
  lossValue = Number.NaN
  values: Record<string, number> = {}
  reason: EndReason | undefined
  error: unknown
  grads = {}
  weights = undefined
  readonly bs = 1
  readonly totalWeight = 1
  readonly said: string[] = []
  modelWeights: Weights = {}
  readonly lr_finding: boolean
  readonly #options: FakeFit
  readonly #bus: Bus

  constructor(options: FakeFit) {
    this.#options = options
    this.#bus = new Bus(options.callbacks)
    this.n_epoch = options.n_epoch
    this.epoch = options.start_epoch ?? 0
    this.n_train_iter = options.n_batches
    this.opt = options.opt
    this.lr_finding = options.lr_finding ?? false
    this.metricNames = Object.keys(options.metrics ?? {})
  }

  get n_iter(): number {
    return this.training ? this.n_train_iter : 1
  }

  get pct_train(): number {
    return this.train_iter / (this.n_epoch * this.n_train_iter)
  }

  get xb(): Tensors {
    throw new Error('a fake fit has no tensors')
  }

  get yb(): Tensors {
    return this.xb
  }

  get pred(): Tensors {
    return this.xb
  }

  get loss(): never {
    throw new Error('a fake fit has no tensors')
  }

  betterOf(figure: string): Better | undefined {
    return /loss$/.test(figure) ? 'lower' : this.#options.better?.[figure]
  }

  get validates(): boolean {
    return this.#options.valid_loss !== undefined
  }

  log(line: string): void {
    this.said.push(line)
  }

  async getWeights(): Promise<Weights> {
    return this.modelWeights
  }

  async setWeights(weights: Weights): Promise<void> {
    this.modelWeights = weights
  }

  async fit(): Promise<void> {
    await this.#section('fit', async () => {
      for (; this.epoch < this.n_epoch; this.epoch++) {
        this.values = {}
        await this.#section('epoch', () => this.#runEpoch())
      }
      this.reason = 'completed'
    })
  }

  async #runEpoch(): Promise<void> {
    await this.#section('train', async () => {
      this.training = true
      for (this.iter = 0; this.iter < this.n_train_iter; this.iter++) await this.#section('batch', () => this.#runBatch())
    })
    this.training = false
    const { valid_loss, metrics = {} } = this.#options
    if (!valid_loss) return
    await this.#section('validate', async () => {
      this.values['valid_loss'] = valid_loss(this.epoch)
      for (const [name, metric] of Object.entries(metrics)) this.values[name] = metric(this.epoch)
    })
  }

  async #runBatch(): Promise<void> {
    this.hypers.push(Object.fromEntries(this.opt.names.map(name => [name, this.opt.get(name)])))
    this.lossValue = this.#options.loss?.(this.train_iter) ?? 1
    this.values['train_loss'] = this.lossValue
    for (const event of ['after_pred', 'after_loss', 'before_backward', 'after_backward', 'before_step', 'after_step'] as const)
      await this.#fire(event)
  }

  async #section(section: Section, body: () => Promise<void>): Promise<void> {
    try {
      await this.#fire(`before_${section}`)
      await body()
    } catch (error) {
      if (!(error instanceof CancelSignal) || error.section !== section) throw error
      if ('reason' in error) this.reason = error.reason as EndReason
      await this.#fire(`after_cancel_${section}`)
    }
    if (section === 'epoch') this.epochs++
    if (section === 'batch') this.train_iter++
    await this.#fire(`after_${section}`)
  }

  async #fire(event: EventName): Promise<void> {
    await this.#bus.fire(event, this)
  }
}
