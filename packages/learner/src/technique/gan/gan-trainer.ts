import type { Callback, TrainingState } from '@onecycle/callbacks'
import { nameOf } from '@onecycle/callbacks/internal'
import { checkNumber, kind, show, typeError } from '@onecycle/platform'
import { SmoothenValue } from '@onecycle/recorder'
import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../../learner.js'
import type { Metric } from '../../metric/metric.js'
import { variableOf } from '../../model/trainable-model.js'
import type { GANModule } from './gan-module.js'

export interface GANTrainerOptions {
  noise_sz: number | undefined
  clip: number | undefined
  gen_first: boolean
}

type Smoothed = ReturnType<SmoothenValue['state']>

/** Whose turn it is, and the smoothed losses of both models, as plain JSON. */
export interface GANTrainerState {
  readonly gen_mode: boolean
  readonly gen_loss: Smoothed
  readonly crit_loss: Smoothed
  /** Places of the generator's batches among the losses of the history. */
  readonly gen_batches: readonly number[]
}

/** What a callback that switches sees of a {@link GANLearner}. */
export interface Alternating extends TrainingState {
  readonly gan_trainer: {
    /** Whether the generator trains; else it is the critic. */
    readonly gen_mode: boolean
    /** Hands the turn to the other one, or to the one that is said, from the next batch on. */
    switch(gen_mode?: boolean): void
  }
}

/**
 * Prepares each batch of a GAN for the one whose turn it is, and remembers the losses of both. Validation is the generator's. Source:
 * fastai's `GANTrainer`.
 */
export class GANTrainer implements Callback<Learner> {
  static readonly name: string = 'GANTrainer'
  readonly name = 'GANTrainer'
  /** Before those who look at inputs. */
  readonly order = -50
  /** Columns of the epoch table: the losses of both, smoothed. */
  readonly figures = [new TrainingFigure('gen_loss'), new TrainingFigure('crit_loss')] as const
  readonly #gan: GANModule
  readonly #options: GANTrainerOptions
  #gen_mode = false
  #gen_batches: number[] = []

  constructor(gan: GANModule, options: GANTrainerOptions) {
    if (options.clip !== undefined) checkNumber('clip', options.clip, { above: 0 })
    this.#gan = gan
    this.#options = options
  }

  get gen_mode(): boolean {
    return this.#gen_mode
  }

  get gen_batches(): readonly number[] {
    return this.#gen_batches
  }

  switch(gen_mode = !this.#gen_mode): void {
    this.#gen_mode = gen_mode
  }

  /** @throws TypeError for a technique that is for batches of samples with their targets. */
  before_fit(learn: Learner): void {
    const other = learn.bus.callbacks.find(callback => callback.run !== false && others.includes(nameOf(callback)))
    if (other)
      throw typeError(
        'gan-callback',
        `${nameOf(other)} is for one model, whose batches are samples with their targets: a GAN's are neither. Leave it out.`,
      )
    this.#gen_mode = this.#options.gen_first
    if (!learn.lr_finding) this.#gen_batches = []
    for (const figure of this.figures) {
      figure.begin()
      // They are known without validation.
      learn.values[figure.name] = figure.value
    }
  }

  before_batch(learn: Learner): void {
    const { noise_sz, clip } = this.#options
    const turn = learn.training && !this.#gen_mode ? 'critic' : 'generator'
    if (learn.training && clip !== undefined) this.#clip(clip)
    const real = noise_sz === undefined ? learn.yb : learn.xb
    // The batch's own random numbers: within an event without a seed nothing else is drawn from.
    const inputs = noise_sz === undefined ? learn.xb : tf.randomNormal([learn.bs, noise_sz])
    learn.yb = real
    learn.xb = turn === 'generator' ? inputs : [real, inputs].flat()
    this.#gan.turn = turn
  }

  /** Metrics are of what was generated. */
  after_loss(learn: Learner): void {
    this.#gan.turn = undefined
    if (!learn.training) learn.pred = (learn.pred as tf.Tensor[])[1]!
  }

  after_backward({ lossValue, lr_finding, recorder }: Learner): void {
    this.figures[this.#gen_mode ? 0 : 1].add(lossValue)
    if (this.#gen_mode && !lr_finding) this.#gen_batches.push(recorder.history.losses.length)
  }

  after_train({ values }: Learner): void {
    for (const { name, value } of this.figures) values[name] = value
  }

  after_fit(): void {
    this.#gan.turn = undefined
  }

  state(): GANTrainerState {
    const [gen_loss, crit_loss] = this.figures.map(figure => figure.state()) as [never, never]
    return { gen_mode: this.#gen_mode, gen_loss, crit_loss, gen_batches: this.#gen_batches }
  }

  restore(state: GANTrainerState): void {
    if (!kind.object.fits(state) || !kind.listOf(kind.number).fits(state.gen_batches))
      throw typeError(
        'wrong-state',
        `${this.name} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`,
      )
    const { gen_mode, gen_batches } = state
    for (const figure of this.figures) figure.restore(state[figure.name])
    this.#gen_mode = gen_mode
    this.#gen_batches = [...gen_batches]
  }

  #clip(clip: number): void {
    for (const variable of this.#gan.critic.trainableWeights.map(variableOf))
      tf.tidy(() => variable.assign(tf.clipByValue(variable as tf.Tensor, -clip, clip)))
  }
}

/** They would mix noise with samples, gather gradients of one model for the other, or run the generator on what is real. */
const others: readonly string[] = ['MixUp', 'CutMix', 'GradientAccumulation', 'SWA']

/** A metric that training itself measures: a pass over other data changes nothing in it. */
class TrainingFigure<Name extends string> implements Metric {
  readonly name: Name
  #smooth = new SmoothenValue()

  constructor(name: Name) {
    this.name = name
  }

  get value(): number {
    return this.#smooth.value
  }

  begin(): void {
    this.#smooth = new SmoothenValue()
  }

  add(loss: number): void {
    this.#smooth.add(loss)
  }

  reset(): void {}

  accumulate(): void {}

  state(): Smoothed {
    return this.#smooth.state()
  }

  restore(state: Smoothed): void {
    this.#smooth.restore(state)
  }
}
