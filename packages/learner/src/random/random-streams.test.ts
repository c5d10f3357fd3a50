import { DataBunch, type Dataset } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { mse } from '../loss/regression.js'
import { sgd } from '../optimizer/index.js'
import { points, tinyLearner, useCpu } from '../testing/tiny.js'
import { drawSeed } from './draw-seed.js'
import { RandomStreams } from './random-streams.js'

beforeAll(useCpu)

const draw = (streams: RandomStreams) => [streams.training(), streams.training(), streams.validation(0)].map(d => d.uniform())

describe('the streams of one seed', () => {
  it('are the same again with the same seed, and others with another', () => {
    expect(draw(new RandomStreams(3))).toEqual(draw(new RandomStreams(3)))
    expect(new Set([...draw(new RandomStreams(3)), ...draw(new RandomStreams(4))]).size).toBe(6)
  })

  it('go on from a state, by the seed of the state', () => {
    const streams = new RandomStreams(3)
    streams.training()
    streams.stream('mixup').uniform()
    const state = JSON.parse(JSON.stringify(streams.state()))
    const following = [...draw(streams), streams.stream('mixup').uniform(), streams.stream('other').uniform()]
    const others = new RandomStreams(4)
    const [mixup, other] = ['mixup', 'other'].map(name => others.stream(name))
    others.restore(state)
    expect(others.seed).toBe(3)
    expect([...draw(others), mixup!.uniform(), other!.uniform()]).toEqual(following)
  })

  it('do not move each other', () => {
    const [streams, same] = [new RandomStreams(3), new RandomStreams(3)]
    streams.stream('mixup').uniform()
    streams.prediction().uniform()
    streams.validation(7).uniform()
    expect(draw(streams)).toEqual(draw(same))
  })

  it.each([-1, 0.5, 2 ** 32, '3', null])('refuse %j for a seed', seed => {
    const [data, { model }] = [points(), tinyLearner()]
    const before = tf.memory().numTensors
    expect(() => new Learner(data, model, { seed: seed as number, progress: false })).toThrow(/seed/)
    expect(() => new RandomStreams(seed as number)).toThrow(/seed/)
    expect(tf.memory().numTensors).toBe(before)
  })

  it.each([
    {},
    { seed: 1, batches: -1, streams: {} },
    { seed: 1, batches: 0, streams: { mixup: [0, 0, 0, 0] } },
    { seed: -1, batches: 0, streams: {} },
  ])('refuse the state %j, and stay as they were', state => {
    const streams = new RandomStreams(3)
    expect(() => streams.restore(state as never)).toThrow()
    expect(draw(streams)).toEqual(draw(new RandomStreams(3)))
  })
})

/** Only masks make losses differ: samples are all alike, and the rate is next to nothing. */
function dropped(options: LearnerOptions = {}, data = alike(), model = dropout()) {
  return new Learner(data, model, { loss: mse, optimizer: sgd({ mom: 0 }), wd: 0, progress: false, ...options })
}
const dropout = () =>
  sequential({ layers: [layers.dropout({ rate: 0.5, inputShape: [16] }), layers.dense({ units: 1, kernelInitializer: 'ones' })] })
const alike = (options = {}) =>
  DataBunch.from_arrays({ x: new Float32Array(160).fill(1), shape: [16], y: new Float32Array(10), bs: 2, ...options })
const losses = async (learn: Learner) => (await learn.fit(1e-12, 2)).losses

describe('the seed of a Learner', () => {
  it('decides dropout, with a new mask in every batch (fastai-3013, fastai-2832)', async () => {
    const [one, two, other] = [
      await losses(dropped({ seed: 3 })),
      await losses(dropped({ seed: 3 })),
      await losses(dropped({ seed: 4 })),
    ]
    expect(two).toEqual(one)
    expect(other).not.toEqual(one)
    expect(new Set(one).size).toBeGreaterThan(7)
  })

  it('that was not given is that of the data, and gives the same again', async () => {
    const first = dropped({}, alike({ seed: 5 }))
    expect(first.seed).toBe(5)
    expect(await losses(dropped({ seed: first.seed }))).toEqual(await losses(first))
    expect(dropped().seed).toBe(0)
  })

  it('is drawn where the data has none, and told where it does not reach the data', async () => {
    const { train_dl, ...rest } = points()
    const own = {
      batchSize: 4,
      length: 2,
      samples: 8,
      state: () => train_dl.state(),
      restore() {},
      [Symbol.iterator]: () => [][Symbol.iterator](),
    }
    const data = new DataBunch({ ...rest, valid_dl: undefined, train_dl: own as never })
    const said: string[] = []
    const options = { progress: false, log: (line: string) => said.push(line) }
    const make = (more = {}) => new Learner(data, tinyLearner().model, { ...options, ...more })
    expect(make().seed).not.toBe(make().seed)
    expect(said).toEqual([])
    expect(make({ seed: 3 }).seed).toBe(3)
    expect(said).toEqual(['The seed 3 does not decide the order of the training data: its source does. Seed the source too.'])
  })

  it('is a whole number of 32 bits when it is drawn', () => {
    for (let i = 0; i < 20; i++) expect(() => new RandomStreams(drawSeed())).not.toThrow()
  })
})

/** A data set of one's own that shifts its samples at random, whatever it is asked for. */
function shifting(): Dataset {
  const batch = (at: Int32Array) => ({
    xs: tf.fill([at.length, 16], 1 + Math.random()),
    ys: tf.zeros([at.length]),
    size: at.length,
  })
  return { length: 10, inputShape: [16], targetShape: [], target: 'value', c: undefined, batch }
}
const plain = () => sequential({ layers: [layers.dense({ units: 1, kernelInitializer: 'ones', inputShape: [16] })] })
const trains = (options: LearnerOptions, data = alike()) => dropped(options, data, plain())

describe.each<[string, (seed: number) => Learner]>([
  ['in a data set that augments', seed => trains({ seed }, DataBunch.from_datasets(shifting(), shifting(), { bs: 2 }))],
  [
    'in a callback that mixes by Math.random',
    seed => {
      const dim = (learn: Learner) => {
        learn.xb = tf.mul(learn.xb as tf.Tensor, Math.random())
      }
      return trains({ seed, callbacks: [{ before_batch: dim }] })
    },
  ],
  [
    'in a callback that draws from a stream, asynchronously',
    seed => {
      const shift = async (learn: Learner) => {
        await Promise.resolve()
        learn.xb = tf.mul(learn.xb as tf.Tensor, learn.random.stream('mixup').uniform())
      }
      return trains({ seed, callbacks: [{ before_batch: shift }] })
    },
  ],
  [
    'in a callback that adds noise to gradients',
    seed => {
      const noise = (learn: Learner) => {
        const [name, grad] = Object.entries(learn.grads)[0]!
        learn.grads[name] = tf.add(grad, tf.randomNormal(grad.shape))
      }
      return trains({ seed, optimizer: sgd({ mom: 0 }), callbacks: [{ after_backward: noise }] })
    },
  ],
  ['in a loss', seed => trains({ seed, loss: (pred, y) => tf.mul(mse(pred, y), Math.random()) as tf.Scalar })],
])('what draws %s', (_, make) => {
  it('follows the seed', async () => {
    const run = async (seed: number) => {
      const learn = make(seed)
      await learn.lr_find({ num_it: 7 })
      const first = (await learn.fit(1e-3, 1)).losses
      await learn.validate(learn.data.train_dl)
      return [...first, ...(await learn.fit(1e-3, 1)).losses]
    }
    const found = await run(3)
    expect(await run(3)).toEqual(found)
    expect(await run(4)).not.toEqual(found)
    expect(new Set(found).size).toBe(10)
  })
})

/** Drops in predictions too. */
class AlwaysDropped extends layers.Layer {
  static className = 'AlwaysDroppedOfATest'
  override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.dropout([x].flat()[0]!, 0.5)
  }
}

describe('measuring', () => {
  const make = () => {
    const model = sequential({
      layers: [new AlwaysDropped({ inputShape: [16] }), layers.dense({ units: 1, kernelInitializer: 'ones' })],
    })
    return dropped({ seed: 3 }, alike({ valid_pct: 0.4 }), model)
  }

  it('moves nothing that training draws, and is the same again where nothing was trained', async () => {
    const [learn, without] = [make(), make()]
    const first = await losses(learn)
    const figures = [await learn.validate(), await learn.validate()]
    expect(figures[1]).toEqual(figures[0])
    await learn.validate(learn.data.train_dl)
    for (const dl of [learn.data.valid_dl, learn.data.train_dl]) tf.dispose((await learn.get_preds(dl)) as never)
    tf.dispose(learn.predict(tf.ones([2, 16])))
    expect([first, await losses(learn)]).toEqual([await losses(without), await losses(without)])
    expect(await learn.validate()).not.toEqual(figures[0])
    expect(await learn.validate()).toEqual(await without.validate())
  })

  it('draws anew in each prediction, so that many tell how sure a model is', () => {
    const predictions = (learn: Learner) =>
      Array.from({ length: 8 }, () => (learn.predict(tf.ones([1, 16])) as tf.Tensor).dataSync()[0])
    const found = predictions(make())
    expect(new Set(found).size).toBeGreaterThan(3)
    expect(predictions(make())).toEqual(found)
  })

  it('leaves the order of the training data as it was', async () => {
    const learn = make()
    const before = learn.data.train_dl.state()
    await learn.validate(learn.data.train_dl)
    tf.dispose((await learn.get_preds(learn.data.train_dl)) as never)
    expect(learn.data.train_dl.state()).toEqual(before)
  })
})

it('a search is the same when repeated, and the fit after it as if there had been none (keras-10392)', async () => {
  const [learn, without] = [dropped({ seed: 3 }), dropped({ seed: 3 })]
  const [first, second] = [await learn.lr_find({ num_it: 8 }), await learn.lr_find({ num_it: 8 })]
  expect(second.losses).toEqual(first.losses)
  const failing = {
    after_batch: () => {
      throw new Error('no more')
    },
  }
  await expect(learn.lr_find({ num_it: 8, callbacks: [failing] })).rejects.toThrow('no more')
  const cut = new AbortController()
  const cutting = { after_batch: () => cut.abort() }
  await learn.lr_find({ num_it: 8, callbacks: [cutting], signal: cut.signal }).catch(() => {})
  expect(learn.random.state()).toEqual(without.random.state())
  expect(await losses(learn)).toEqual(await losses(without))
})

it('a state that is put back draws the same again', async () => {
  const learn = dropped({ seed: 3 })
  await losses(learn)
  const [random, loader] = [learn.random.state(), learn.data.train_dl.state()]
  const following = await losses(learn)
  const other = dropped({ seed: 9 })
  other.random.restore(random)
  other.data.train_dl.restore(loader)
  expect(await losses(other)).toEqual(following)
})
