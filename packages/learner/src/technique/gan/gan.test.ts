import { type Callback, CancelFit } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Checkpoint } from '../../checkpoint/checkpoint-callback.js'
import { Learner, type TrainOptions } from '../../learner.js'
import { mae } from '../../loss/regression.js'
import { weightsOf } from '../../model/parameters.js'
import { adam, optimizerPerGroup, rmsprop, sgd } from '../../optimizer/index.js'
import { expectClose } from '../../testing/numerical.js'
import { temporaryFolder } from '../../testing/temporary-folder.js'
import { useCpu } from '../../testing/tiny.js'
import { CutMix } from '../cutmix.js'
import { EMA } from '../ema.js'
import { GradientAccumulation } from '../gradient-accumulation.js'
import { MixUp } from '../mixup.js'
import { SWA } from '../swa.js'
import { GANLearner, type GANLearnerOptions } from './gan-learner.js'
import { gan_loss_from_func } from './gan-loss.js'
import type { GANModule } from './gan-module.js'
import { AdaptiveGANSwitcher, FixedGANSwitcher } from './gan-switchers.js'

beforeAll(useCpu)

const random = new Random(3)
const numbers = (n: number, mean = 0) => Float32Array.from({ length: n }, () => mean + random.normal())
const x = numbers(24, 3)

/** Numbers around 3, in batches of 4. */
const real = (valid = false) =>
  DataBunch.from_arrays({
    x,
    y: new Float32Array(24),
    ...(valid && { valid: { x: x.slice(0, 8), y: new Float32Array(8) } }),
    bs: 4,
    seed: 1,
  })

const kernelInitializer = (seed: number) => initializers.glorotUniform({ seed })

/** Two layers with a batch norm and dropout between them. */
const deep = (inputs: number, seed: number) =>
  sequential({
    layers: [
      layers.dense({ units: 5, activation: 'tanh', inputShape: [inputs], kernelInitializer: kernelInitializer(seed) }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1, kernelInitializer: kernelInitializer(seed + 1) }),
    ],
  })
const linear = (seed: number) =>
  sequential({ layers: [layers.dense({ units: 1, inputShape: [1], kernelInitializer: kernelInitializer(seed) })] })

const quiet = { progress: false, log: false, seed: 1 } as const
const make = (options: GANLearnerOptions = {}, data = real()) =>
  new GANLearner(data, deep(2, 1), deep(1, 3), { noise_sz: 2, ...quiet, ...options })

const valuesOf = (model: Parameters<typeof weightsOf>[0]) => weightsOf(model).map(({ variable }) => [...variable.dataSync()])
const both = ({ model }: GANLearner) => valuesOf(model)

/** Whose weights, running statistics aside, each batch changed. */
function turns(gan: GANLearner): { callback: Callback<GANLearner>; heard: string[] } {
  const heard: string[] = []
  const { generator, critic } = gan.model as GANModule
  const now = () =>
    [generator, critic].map(({ trainableWeights }) => JSON.stringify(trainableWeights.map(w => [...w.read().dataSync()])))
  let before = now()
  return {
    heard,
    callback: {
      order: 90,
      run_valid: false,
      after_batch() {
        const after = now()
        heard.push(['g', 'c'].filter((_, i) => after[i] !== before[i]).join(''))
        before = after
      },
    },
  }
}

it('makes the steps of the definition: critic and generator each by their own loss, by hand', async () => {
  const [generator, critic] = [linear(1), linear(2)]
  const gan = GANLearner.wgan(real(), generator, critic, {
    ...quiet,
    noise_sz: 1,
    clip: 10,
    switcher: new FixedGANSwitcher(),
    optimizer: sgd({ wd: 0 }),
  })
  const one = (model: typeof generator) => valuesOf(model).map(([value]) => value!) as [number, number]
  let [[a, b], [c, d]] = [one(generator), one(critic)]
  const mean = (tensor: tf.Tensor) => tf.mean(tensor).dataSync()[0]!
  const lr = 0.1
  const check: Callback<GANLearner> = {
    order: 90,
    after_batch({ gan_trainer, xb, yb, lossValue, iter }) {
      expect(gan_trainer.gen_mode).toBe(iter % 2 === 0)
      if (iter % 2 === 0) {
        const [samples, noise] = xb as tf.Tensor[]
        const [ofReal, ofNoise] = [mean(samples!), mean(noise!)]
        const fake = a * ofNoise + b
        expectClose([lossValue], [c * ofReal + d - (c * fake + d)], 1e-5)
        // Its offset is in both parts.
        c -= lr * (ofReal - fake)
      } else {
        expect(mean(yb as tf.Tensor)).toBeGreaterThan(1)
        const ofNoise = mean(xb as tf.Tensor)
        expectClose([lossValue], [c * (a * ofNoise + b) + d], 1e-5)
        a -= lr * c * ofNoise
        b -= lr * c
      }
      expectClose([...one(generator), ...one(critic)], [a, b, c, d], 1e-5)
    },
  }
  await gan.fit(lr, 2, { callbacks: check as never })
  expect(gan.gan_losses.gen_loss.map(([batch]) => batch)).toEqual([1, 3, 5, 7, 9, 11])
})

describe('switchers', () => {
  const heardWith = async (options: GANLearnerOptions, epochs = 2) => {
    const gan = make(options)
    const { callback, heard } = turns(gan)
    await gan.fit(0.01, epochs, { callbacks: callback as never })
    return heard.join(' ')
  }

  it('give turns of so many steps, over the ends of epochs, and a fit begins with whom it is told', async () => {
    expect(await heardWith({})).toBe('c g c g c g c g c g c g')
    expect(await heardWith({ gen_first: true }, 1)).toBe('g c g c g c')
    expect(await heardWith({ switcher: new FixedGANSwitcher({ n_crit: 3, n_gen: 2 }) })).toBe('c c c g g c c c g g c c')
    const more = new FixedGANSwitcher({ n_crit: generated => (generated < 2 ? 1 : 3) })
    expect(await heardWith({ switcher: more })).toBe('c g c g c c c g c c c g')
  })

  it('or go by the loss', async () => {
    const never = new AdaptiveGANSwitcher({ crit_thresh: -1 })
    expect(await heardWith({ switcher: never }, 1)).toBe('c c c c c c')
    expect(await heardWith({ switcher: new AdaptiveGANSwitcher() }, 1)).toBe('c g c g c g')
  })

  it('refuse what is no number of steps', async () => {
    expect(() => new FixedGANSwitcher({ n_crit: 0 })).toThrow(/n_crit/)
    await expect(heardWith({ switcher: new FixedGANSwitcher({ n_gen: () => 0.5 }) })).rejects.toThrow(/n_gen/)
    expect(() => new FixedGANSwitcher({ n_critic: 5 } as never)).toThrow(/no option n_critic/)
    expect(() => new FixedGANSwitcher().restore(5 as never)).toThrow(/no state of it/)
  })
})

it('has the one that does not train run as in use, unless switch_eval is false', async () => {
  const after = async (switch_eval: boolean) => {
    const [generator, critic] = [deep(2, 1), deep(1, 3)]
    const gan = new GANLearner(real(), generator, critic, { noise_sz: 2, switch_eval, ...quiet })
    const first: Callback<GANLearner> = {
      order: 90,
      after_batch() {
        throw new CancelFit()
      },
    }
    await gan.fit(0.01, 1, { callbacks: first as never })
    const moved = (model: typeof generator) =>
      weightsOf(model)
        .filter(({ name }) => /moving_mean/.test(name))
        .some(({ variable }) => variable.dataSync().some(value => value !== 0))
    return [moved(generator), moved(critic)]
  }
  expect(await after(true)).toEqual([false, true])
  expect(await after(false)).toEqual([true, true])
})

it('shows the losses of both in table and history, without validation and with it', async () => {
  const said: string[] = []
  const gan = make({ log: line => void said.push(line) })
  const history = await gan.fit_one_cycle(3, [1e-2, 2e-2])
  expect(history.metricNames).toEqual(['gen_loss', 'crit_loss'])
  for (const name of history.metricNames) expect(history.metrics[name]!.every(Number.isFinite)).toBe(true)
  const { gen_loss, crit_loss } = gan.gan_losses
  expect([gen_loss.length, crit_loss.length]).toEqual([9, 9])
  const smooth = (losses: [number, number][]) => losses.reduce((sum, [, loss]) => 0.98 * sum + 0.02 * loss, 0) / (1 - 0.98 ** 9)
  expectClose(
    [history.epochs.at(-1)!['gen_loss']!, history.epochs.at(-1)!['crit_loss']!],
    [smooth(gen_loss), smooth(crit_loss)],
    1e-9,
  )
  expect(history.lr_groups!.every(([g, c]) => Math.abs(c! / g! - 2) < 1e-9)).toBe(true)
  expect(said).toEqual([])

  const distance = Object.assign(
    (pred: tf.Tensor, target: tf.Tensor) => tf.abs(tf.sub(tf.mean(pred), tf.mean(target))) as tf.Scalar,
    { better: 'lower' } as const,
  )
  Object.defineProperty(distance, 'name', { value: 'distance' })
  const validated = await make({ metrics: distance as never }, real(true)).fit(1e-2, 1)
  const row = validated.epochs[0]!
  expect(Object.values(row).every(Number.isFinite)).toBe(true)
  // Untrained, it makes numbers around 0 in place of 3.
  expect(row['distance']).toBeGreaterThan(1)
})

it('killed in any batch goes on to the same bits, with an optimizer for each and an average of the weights', async () => {
  const program = () =>
    make(
      { optimizer: optimizerPerGroup(adam({ mom: 0.5 }), rmsprop()), switcher: new FixedGANSwitcher({ n_crit: 2, n_gen: 1 }) },
      real(true),
    )
  const fit = (gan: GANLearner, options: TrainOptions = {}, more: Callback<never>[] = []) =>
    gan.fit_one_cycle(3, [1e-2, 2e-2], { ...options, callbacks: [new EMA({ decay: 0.9 }), ...more] as never })
  const everything = (gan: GANLearner) => {
    const { epochs, ...history } = gan.recorder.history
    return { weights: both(gan), history, epochs: epochs.map(({ time: _, ...row }) => row), losses: gan.gan_losses }
  }
  const before = tf.memory().numTensors
  const whole = program()
  await fit(whole)
  const dir = await temporaryFolder()
  const saving = () => new Checkpoint({ dir, every: { batches: 1 } })
  for (const batches of [2, 3, 5, 2]) {
    let left = batches
    const dies: Callback<never> = {
      order: 3e9,
      run_valid: false,
      after_batch() {
        if (left-- === 0) throw new Error('killed')
      },
    }
    const gan = program()
    await expect(fit(gan, { resume: dir }, [saving() as never, dies])).rejects.toThrow('killed')
    gan.dispose()
    gan.model.dispose!()
  }
  const rest = program()
  await fit(rest, { resume: dir }, [saving() as never])
  expect(everything(rest)).toEqual(everything(whole))
  for (const gan of [whole, rest]) {
    gan.dispose()
    gan.model.dispose!()
  }
  expect(tf.memory().numTensors).toBe(before)
})

it('gives the same bits again, and others with another seed', async () => {
  const run = async (seed: number) => {
    const gan = make({ seed })
    await gan.fit(1e-2, 2)
    const made = gan.generate(3)
    return [both(gan), [...made.dataSync()]]
  }
  expect(await run(1)).toEqual(await run(1))
  expect(await run(2)).not.toEqual(await run(1))
})

it('learns: what it makes has the mean and the spread of what is real', async () => {
  const shape = (seed: number) =>
    sequential({
      layers: [
        layers.dense({ units: 16, activation: 'relu', inputShape: [1], kernelInitializer: kernelInitializer(seed) }),
        layers.dense({ units: 1, kernelInitializer: kernelInitializer(seed + 1) }),
      ],
    })
  const samples = Float32Array.from({ length: 1024 }, () => 3 + 0.5 * random.normal())
  const data = DataBunch.from_arrays({ x: samples, y: new Float32Array(1024), bs: 64, seed: 1 })
  const gan = new GANLearner(data, shape(1), shape(3), { ...quiet, noise_sz: 1, optimizer: adam({ mom: 0.5, wd: 0 }) })
  await gan.fit_flat_cos(40, 5e-3)
  const { mean, variance } = tf.moments(gan.generate(1000))
  expect(mean.dataSync()[0]).toBeCloseTo(3, 0)
  expect(Math.abs(Math.sqrt(variance.dataSync()[0]!) - 0.5)).toBeLessThan(0.25)
})

it('predicts with its generator, also amid a batch, and leaves nothing behind', async () => {
  const gan = make()
  const before = tf.memory().numTensors
  const noise = [0.5, -0.5]
  const expected = gan.predict(noise) as tf.Tensor
  expect(expected.shape).toEqual([1, 1])
  const shapes: number[][] = []
  const look = (learn: GANLearner) => {
    const pred = learn.predict([noise, noise]) as tf.Tensor
    shapes.push(pred.shape)
    pred.dispose()
  }
  await gan.fit(1e-2, 1, { callbacks: { before_batch: look, after_pred: look, after_backward: look } as never })
  expect(shapes.length).toBe(18)
  expect(shapes.every(shape => shape.join() === '2,1')).toBe(true)
  const [one, other] = [gan.generate(4), gan.generate(4)]
  expect(one.dataSync()).not.toEqual(other.dataSync())
  tf.dispose([expected, one, other])
  gan.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
})

it('is as before after a search for the rate', async () => {
  const gan = make()
  await gan.fit(1e-2, 1)
  const [weights, losses] = [both(gan), gan.gan_losses]
  await gan.lr_find({ num_it: 8 })
  expect([both(gan), gan.gan_losses]).toEqual([weights, losses])
})

it('makes what is asked for of the inputs of the data, whose targets are real then', async () => {
  const data = DataBunch.from_arrays({ x: numbers(48), shape: [2], y: numbers(24, 3), targetShape: [1], bs: 4, seed: 1 })
  const [gen_loss_func, crit_loss_func] = gan_loss_from_func(mae, undefined, [0, 1])
  const gan = new GANLearner(data, deep(2, 1), deep(1, 3), { ...quiet, gen_loss_func, crit_loss_func })
  let expected = Number.NaN
  const look: Callback<GANLearner> = {
    after_batch({ pred, yb, lossValue, iter }) {
      if (iter % 2 === 0) return
      expected = tf.mean(tf.abs(tf.sub((pred as tf.Tensor[])[1]!, yb as tf.Tensor))).dataSync()[0]!
      expectClose([lossValue], [expected], 1e-6)
    },
  }
  const history = await gan.fit(5e-2, 10, { callbacks: look as never })
  expect(expected).toBeGreaterThan(0)
  expect(history.losses.at(-1)).toBeLessThan(history.losses[1]!)
  expect(() => gan.generate(3)).toThrow(/use predict/)
})

it('goes on from two that have learned by themselves, with the losses of both', async () => {
  const data = DataBunch.from_arrays({ x: numbers(48), shape: [2], y: numbers(24, 3), targetShape: [1], bs: 4, seed: 1 })
  const labelled = DataBunch.from_arrays({ x, y: Int32Array.from({ length: 24 }, (_, i) => i % 2), bs: 4, seed: 1 })
  const [gen_learn, crit_learn] = [
    new Learner(data, deep(2, 1), { ...quiet, loss: mae }),
    new Learner(labelled, deep(1, 3), quiet),
  ]
  await gen_learn.fit(1e-2, 1)
  await crit_learn.fit(1e-2, 1)
  const gan = GANLearner.from_learners(gen_learn, crit_learn, { ...quiet, weights_gen: [0.5, 10], gen_first: true })
  const check: Callback<Learner> = {
    after_batch({ pred, yb, lossValue, iter }) {
      if (iter > 0) return
      const [fake_pred, output] = pred as tf.Tensor[]
      const [softplus, away] = [tf.mean(tf.softplus(tf.neg(fake_pred!))), tf.mean(tf.abs(tf.sub(output!, yb as tf.Tensor)))]
      expectClose([lossValue], [0.5 * softplus.dataSync()[0]! + 10 * away.dataSync()[0]!], 1e-5)
    },
  }
  await gan.fit(1e-2, 1, { callbacks: check })
  expect(gan.data).toBe(data)
  expect(() => GANLearner.from_learners(gen_learn, deep(1, 3) as never)).toThrow(/takes two Learners/)
})

it('the losses are those of Goodfellow et al., in float64', () => {
  const [ofReal, ofFake] = [
    [0.3, -1.2, 2],
    [0.7, 0, -3],
  ]
  const softplus = (z: number) => Math.log1p(Math.exp(z))
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [gen, crit] = gan_loss_from_func()
  const [real, fake] = [ofReal, ofFake].map(values => tf.tensor2d(values, [3, 1]))
  expectClose(gen(fake!, fake!, real!).dataSync(), [mean(ofFake.map(z => softplus(-z)))], 1e-6)
  expectClose(crit(real!, fake!).dataSync(), [(mean(ofReal.map(z => softplus(-z))) + mean(ofFake.map(softplus))) / 2], 1e-6)
  expect(() => gan_loss_from_func(5 as never)).toThrow(/loss_gen is 5/)
  expect(() => gan_loss_from_func(mae, undefined, [1] as never)).toThrow(/weights_gen/)
})

it('keeps the critic of a Wasserstein GAN within its clip', async () => {
  const critic = deep(1, 3)
  const gan = GANLearner.wgan(real(), deep(2, 1), critic, { noise_sz: 2, ...quiet })
  const { callback, heard } = turns(gan)
  const largest: number[] = []
  const look: Callback<GANLearner> = {
    after_pred: () =>
      void largest.push(
        Math.max(...critic.trainableWeights.flatMap(w => [...(w as never as { read(): tf.Tensor }).read().abs().dataSync()])),
      ),
  }
  await gan.fit(1e-2, 2, { callbacks: [callback, look] as never })
  // The clip itself changes weights of the critic before the generator's batch.
  expect(
    heard
      .map(who => who.includes('g'))
      .map(Number)
      .join(''),
  ).toBe('000001000001')
  expect(Math.max(...largest)).toBeCloseTo(0.01, 9)
})

it.each([() => new MixUp(), () => new CutMix(), () => new GradientAccumulation(), () => new SWA()])(
  'refuses techniques for one model',
  async technique => {
    const gan = make()
    const before = both(gan)
    await expect(gan.fit(1e-2, 1, { callbacks: technique() })).rejects.toThrow(/is for one model/)
    expect(both(gan)).toEqual(before)
  },
)

it('refuses what does not fit, and to freeze one of the two', async () => {
  const data = real()
  const bad =
    (generator: unknown, critic: unknown, options: object = {}) =>
    () =>
      new GANLearner(data, generator as never, critic as never, { ...quiet, noise_sz: 2, ...options })
  expect(bad(deep(2, 1), undefined)).toThrow(
    /The critic is undefined; expected a LayersModel: new GANLearner\(data, generator, critic/,
  )
  expect(bad(deep(3, 1), deep(1, 2))).toThrow(/The generator takes \[batch, 3\], but noise_sz gives \[batch, 2\]/)
  expect(bad(deep(2, 1), deep(2, 2))).toThrow(
    /The critic takes \[batch, 2\], but what is real, the inputs of the data, is \[batch, 1\]/,
  )
  expect(bad(deep(2, 1), deep(1, 2), { loss: mae })).toThrow(/no option loss.*gen_loss_func/s)
  expect(bad(deep(2, 1), deep(1, 2), { noise_sz: 0 })).toThrow(/noise_sz/)
  expect(bad(deep(2, 1), deep(1, 2), { clip: -1 })).toThrow(/clip/)
  const gan = make()
  await expect(gan.fine_tune(1, 1e-2)).rejects.toThrow(/in turns, and cannot freeze one/)
  expect(() => gan.predict([[1, 2, 3]])).toThrow(/x has 3 numbers/)
  await expect(gan.lr_find({ valid: true as never })).rejects.toThrow()
})
