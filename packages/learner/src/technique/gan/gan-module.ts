import type { Tensor } from '@tensorflow/tfjs-core'
import { type LayersModel, layers } from '@tensorflow/tfjs-layers'

/** Whose weights a batch trains. */
export type Turn = 'generator' | 'critic'

/**
 * Two models as one that a Learner trains. Outside of a {@link turn} it is its generator; in one it answers with what the losses of a GAN
 * compare: in the generator's with what the critic says of what was generated, and that itself; in the critic's, which gets real samples
 * and the generator's inputs, with what it says of real ones and of generated ones.
 *
 * Source: fastai 2's `GANModule`, whose critic's pass ends in the loss.
 */
export class GANModule extends layers.Layer {
  static override readonly name: string = 'GANModule'
  static readonly className = 'GANModule'
  readonly generator: LayersModel
  readonly critic: LayersModel
  readonly #switch_eval: boolean
  turn: Turn | undefined

  constructor(generator: LayersModel, critic: LayersModel, switch_eval: boolean) {
    super({})
    this.generator = generator
    this.critic = critic
    this.#switch_eval = switch_eval
    this.built = true
  }

  get inputShapes() {
    return this.generator.inputs.map(({ shape }) => shape)
  }

  override get trainableWeights() {
    return this.#both.flatMap(model => model.trainableWeights)
  }

  override get nonTrainableWeights() {
    return this.#both.flatMap(model => model.nonTrainableWeights)
  }

  override get weights() {
    return this.#both.flatMap(model => model.weights)
  }

  override apply(x: Tensor | Tensor[], { training }: { training: boolean }): Tensor | Tensor[] {
    const { turn } = this
    const run = (name: Turn, x: Tensor | Tensor[]) =>
      this[name].apply(x, { training: training && (name === turn || !turn || !this.#switch_eval) }) as Tensor
    if (!turn) return run('generator', x)
    if (turn === 'critic') {
      const [real, ...inputs] = x as Tensor[]
      return [run('critic', real!), run('critic', run('generator', inputs))]
    }
    const output = run('generator', x)
    return [run('critic', output), output]
  }

  override dispose() {
    const [generator, critic] = this.#both.map(model => model.dispose())
    return { ...generator!, numDisposedVariables: generator!.numDisposedVariables + critic!.numDisposedVariables }
  }

  get #both() {
    return [this.generator, this.critic] as const
  }
}
