import type { Callback, Tensors } from '@onecycle/callbacks'
import type { DataBunch } from '@onecycle/data'
import {
  checkCount,
  checkOptions,
  type Kinds,
  kind,
  listOf,
  type OneOrMore,
  plainError,
  rangeError,
  show,
  typeError,
} from '@onecycle/platform'
import { randomNormal, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { checkData } from '../../check/arguments.js'
import { Learner, type LearnerOptions } from '../../learner.js'
import { learnerKinds } from '../../learner-options.js'
import type { LossFunction } from '../../loss/loss-function.js'
import type { MetricLike } from '../../metric/metrics-of.js'
import { variablesOf } from '../../model/parameters.js'
import { fitsShape, type Shape, showShape } from '../../model/shape.js'
import { isLayersModel } from '../../model/trainable-model.js'
import type { Parameter } from '../../optimizer/index.js'
import { drawFrom } from '../../random/draws.js'
import { type CritLoss, type GenLoss, gan_loss_from_func, wganLosses } from './gan-loss.js'
import { GANModule } from './gan-module.js'
import { FixedGANSwitcher } from './gan-switchers.js'
import { type Alternating, GANTrainer } from './gan-trainer.js'

/** What a `GANLearner` is given: numbers of noise, losses of both models, who takes turns, and what every Learner is given. */
export interface GANLearnerOptions extends Omit<LearnerOptions, 'loss' | 'layer_groups' | 'train_bn' | 'callbacks'> {
  /**
   * Numbers of noise that the generator makes each sample of, normally distributed, drawn anew for each batch. The inputs of the data are
   * what is real then, and its targets are not looked at. Default: none; the inputs of the data are the generator's, and its targets are
   * what is real.
   */
  noise_sz?: number | undefined
  /** Default: the first that {@link gan_loss_from_func} gives. */
  gen_loss_func?: GenLoss | undefined
  /** Default: the second that {@link gan_loss_from_func} gives. */
  crit_loss_func?: CritLoss | undefined
  /** The callback that decides whose turn it is. Default: {@link FixedGANSwitcher}, one step each. */
  switcher?: OneOrMore<Callback<Alternating>> | undefined
  /** Heard in every fit: one, or a list. */
  callbacks?: OneOrMore<Callback<GANLearner>> | undefined
  /** Whether a fit begins with the generator. Default false. */
  gen_first?: boolean | undefined
  /**
   * Whether the one that does not train runs as in use, with the running statistics of its batch norms and without dropout. Default true.
   */
  switch_eval?: boolean | undefined
  /** Before each batch the critic's weights are cut off at this and its negative. Default: they are not. */
  clip?: number | undefined
}

/** What `GANLearner.from_learners` is given: the weight of each loss of the generator, and what every `GANLearner` is. */
export interface FromLearnersOptions extends Omit<GANLearnerOptions, 'noise_sz'> {
  /** Default [1, 1]. */
  weights_gen?: readonly [number, number] | undefined
}

const { loss: _, layer_groups: __, train_bn: ___, ...others } = learnerKinds
const ganKinds: Kinds<GANLearnerOptions> = {
  ...others,
  ...{ noise_sz: kind.any, gen_loss_func: kind.function, crit_loss_func: kind.function, switcher: kind.any },
  ...{ gen_first: kind.boolean, switch_eval: kind.boolean, clip: kind.number },
}

/**
 * Trains two models in turns: a generator, and a critic that tells what it makes from what is real. Each batch trains one of them, decided
 * by the `switcher`. They are the two layer groups, the generator's first: rates may be one for each, `fit([1e-4, 4e-4], 20)`, and so may
 * optimizers, {@link optimizerPerGroup}. The optimizer remembers each by itself.
 *
 * Ways to train (but for `fine_tune`, which freezes), history, checkpoints and `resume` are a Learner's. `gen_loss` and `crit_loss` are
 * columns of the table, smoothed as `train_loss` is; {@link gan_losses} has those of each batch. `predict`, validation and metrics are the
 * generator's.
 *
 * Source: fastai 2's `GANLearner`.
 *
 * @example
 * const gan = new GANLearner(data, generator, critic, { noise_sz: 16, optimizer: adam({ mom: 0.5 }) })
 * await gan.fit(2e-4, 20)
 * const made = gan.generate(64)
 */
export class GANLearner extends Learner {
  static override readonly name: string = 'GANLearner'
  /** Whose turn it is, and what switches it. */
  readonly gan_trainer: GANTrainer
  readonly #gan: GANModule
  readonly #noise_sz: number | undefined
  /** The variables of the two. */
  readonly #owned: Readonly<Record<'generator' | 'critic', ReturnType<typeof variablesOf>>>

  /**
   * @throws as a Learner; TypeError when a model is no LayersModel, or an option is unknown; RangeError when the shapes of the two, of the
   * noise and of the data do not fit.
   */
  constructor(data: DataBunch, generator: LayersModel, critic: LayersModel, options: GANLearnerOptions = {}) {
    checkOptions<GANLearnerOptions>('GANLearner', options, ganKinds, {
      loss: 'there are two, gen_loss_func and crit_loss_func',
      layer_groups: 'there are two, the generator and the critic',
    })
    const { noise_sz, gen_first = false, switch_eval = true, clip, switcher = new FixedGANSwitcher(), ...rest } = options
    const [genLoss, critLoss] = gan_loss_from_func()
    const { gen_loss_func = genLoss, crit_loss_func = critLoss, metrics, callbacks, ...learnerOptions } = rest
    if (noise_sz !== undefined) checkCount('noise_sz', noise_sz)
    checkData(data)
    checkModels({ generator, critic })
    checkShapes(data, generator, critic, noise_sz)
    const gan = new GANModule(generator, critic, switch_eval)
    const trainer = new GANTrainer(gan, { noise_sz, clip, gen_first })
    super(data, gan, {
      ...learnerOptions,
      loss: lossOf(gan, gen_loss_func, crit_loss_func),
      layer_groups: groupsOf(gan),
      metrics: [...listOf(metrics as OneOrMore<MetricLike>), ...trainer.figures],
      // They hear this Learner, which is a GANLearner.
      callbacks: [trainer, ...listOf(switcher), ...listOf(callbacks)] as Callback<Learner>[],
    })
    this.gan_trainer = trainer
    this.#gan = gan
    this.#noise_sz = noise_sz
    this.#owned = { generator: variablesOf(generator), critic: variablesOf(critic) }
  }

  /**
   * A Wasserstein GAN: the critic makes five steps for each of the generator, its weights are kept within 0.01 of zero, and it answers with
   * a number of any size, so that its last layer has no activation. Sources: Arjovsky et al. 2017 (arXiv:1701.07875); fastai 2.
   */
  static wgan(data: DataBunch, generator: LayersModel, critic: LayersModel, options: GANLearnerOptions = {}): GANLearner {
    const [gen_loss_func, crit_loss_func] = wganLosses
    const switcher = new FixedGANSwitcher({ n_crit: 5 })
    const defaults = { gen_loss_func, crit_loss_func, switcher, clip: 0.01, switch_eval: false }
    return new GANLearner(data, generator, critic, { ...defaults, ...options })
  }

  /**
   * Of two that have learned by themselves: a generator that repairs pictures, say, whose loss stays a part of its new one, and a critic
   * that tells what it made from what is real, with one unit for that. The data is the generator's. Source: fastai 2.
   *
   * @param options with `weights_gen`, of the critic's part and of the generator's own loss: see {@link gan_loss_from_func}
   * @throws as {@link GANLearner}; TypeError for what is no Learner of a LayersModel
   * @example
   * const gan = GANLearner.from_learners(learn, again, { weights_gen: [1, 50] })
   */
  static from_learners(gen_learn: Learner, crit_learn: Learner, options: FromLearnersOptions = {}): GANLearner {
    const { weights_gen, ...rest } = options
    for (const learn of [gen_learn, crit_learn])
      if (!(learn instanceof Learner))
        throw typeError(
          'wrong-argument',
          `GANLearner.from_learners takes two Learners, of the generator and of the critic, but got ${show(learn)}.`,
        )
    const [gen_loss_func, crit_loss_func] = gan_loss_from_func(gen_learn.loss_func, crit_learn.loss_func, weights_gen)
    const [generator, critic] = [gen_learn.model, crit_learn.model] as LayersModel[]
    return new GANLearner(gen_learn.data, generator!, critic!, { gen_loss_func, crit_loss_func, ...rest })
  }

  /** Within a batch those of the one whose turn it is. */
  override get trained(): readonly Parameter[] {
    const { turn } = this.model as GANModule
    return turn ? super.trained.filter(({ variable }) => this.#owned[turn].has(variable)) : super.trained
  }

  /** The loss of each batch of the last fit, with its number, for either one. */
  get gan_losses(): Readonly<Record<'gen_loss' | 'crit_loss', [batch: number, loss: number][]>> {
    const ofGenerator = new Set(this.gan_trainer.gen_batches)
    const losses = this.recorder.history.losses.map((loss, i): [number, number] => [i, loss])
    return {
      gen_loss: losses.filter(([i]) => ofGenerator.has(i)),
      crit_loss: losses.filter(([i]) => !ofGenerator.has(i)),
    }
  }

  /**
   * So many new samples, made of noise that is another one each time. The caller disposes them.
   *
   * @throws TypeError for a GAN whose generator is made for inputs of the data: that is what `predict` is for.
   */
  generate(n: number): Tensor {
    const noise_sz = this.#noise_sz
    if (noise_sz === undefined)
      throw typeError('another-kind', 'generate(n) makes samples of noise, but this generator has other inputs: use predict(x).')
    checkCount('n', n)
    const noise = () => randomNormal([n, noise_sz])
    return tidy(() => this.predict(drawFrom(this.random.prediction(), noise)) as Tensor)
  }

  override predict(...given: Parameters<Learner['predict']>): Tensors {
    // Also where a callback asks for it between the parts of a batch.
    const { turn } = this.#gan
    this.#gan.turn = undefined
    try {
      return super.predict(...given)
    } finally {
      this.#gan.turn = turn
    }
  }

  /** @throws TypeError: both train, in turns. */
  override freeze_to(n: number): void {
    if (n === 0) super.freeze_to(n)
    else
      throw typeError(
        'gan-turns',
        'A GANLearner trains its two layer groups, generator and critic, in turns, and cannot freeze one. Set layer.trainable = false on layers that are to stand still.',
      )
  }
}

/** Both answers are compared by the loss of the one whose turn it is. */
function lossOf(gan: GANModule, gen_loss_func: GenLoss, crit_loss_func: CritLoss): LossFunction {
  return function gan_loss(pred: Tensors, target: Tensors) {
    if (!gan.turn)
      throw plainError('gan-turns', 'A GAN has no loss outside of its batches, where it is of what one of the two has to say.')
    const [first, second] = pred as [Tensor, Tensor]
    return gan.turn === 'critic' ? crit_loss_func(first, second) : gen_loss_func(first, second, target as Tensor)
  }
}

function groupsOf({ generator }: GANModule) {
  return (parameters: readonly Parameter[]) => {
    const ofGenerator = variablesOf(generator)
    const isOf = ({ variable }: Parameter) => ofGenerator.has(variable)
    return [parameters.filter(isOf), parameters.filter(each => !isOf(each))]
  }
}

function checkModels(models: Readonly<Record<'generator' | 'critic', unknown>>): void {
  for (const [name, model] of Object.entries(models))
    if (!isLayersModel(model as never))
      throw typeError(
        'not-a-model',
        `The ${name} is ${show(model)}; expected a LayersModel: new GANLearner(data, generator, critic, options).`,
      )
}

/** Refuses models that do not fit each other, or the data. */
function checkShapes(data: DataBunch, generator: LayersModel, critic: LayersModel, noise_sz: number | undefined): void {
  const inputs = [data.inputShape].flat(data.inputNames || Array.isArray(data.inputShape[0]) ? 1 : 0) as number[][]
  const samples = inputs.map(shape => [null, ...shape])
  const [taken, real] = noise_sz === undefined ? [samples, [[null, ...data.targetShape]]] : [[[null, noise_sz]], samples]
  const shapes = (tensors: readonly { readonly shape: Shape }[]) => tensors.map(({ shape }) => shape)
  checkFit('The generator takes', shapes(generator.inputs), noise_sz === undefined ? 'the data gives' : 'noise_sz gives', taken)
  checkFit(
    'The critic takes',
    shapes(critic.inputs),
    `what is real, the ${noise_sz === undefined ? 'targets' : 'inputs'} of the data, is`,
    real,
  )
  checkFit('The critic takes', shapes(critic.inputs), 'the generator makes', shapes(generator.outputs))
}

function checkFit(who: string, expected: readonly Shape[], what: string, given: readonly Shape[]): void {
  if (expected.length === given.length && expected.every((shape, i) => fitsShape(shape, given[i]!))) return
  const show = (shapes: readonly Shape[]) => shapes.map(showShape).join(' and ')
  throw rangeError('gan-shapes', `${who} ${show(expected)}, but ${what} ${show(given)} (the first axis is the batch).`)
}
