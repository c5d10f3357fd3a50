import * as tf from '@tensorflow/tfjs-core'
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { points, useCpu } from '../testing/tiny.js'
import { weightsOf } from './parameters.js'
import type { Layer } from './trainable-model.js'

beforeAll(useCpu)

type Input = tf.Tensor | tf.Tensor[]

/** A layer of someone's own; the tests say what it keeps, and what it does with it. */
class Own extends layers.Layer {
  static readonly className = 'Own'
  readonly run: (x: tf.Tensor) => unknown
  constructor(run: Own['run'] = x => x) {
    super({ inputShape: [2] } as object)
    this.run = run
  }
  override call(x: Input) {
    return tf.tidy(() => this.run([x].flat()[0]!) as tf.Tensor)
  }
}

const dense = () => layers.dense({ units: 2, inputShape: [2] })
const around = (layer: Layer) => sequential({ layers: [layer, layers.dense({ units: 2 })] })
const learner = (layer: Layer) => new Learner(points(), around(layer), { progress: false })
const keeping = (fields: object, run?: Own['run']) => Object.assign(new Own(run), fields)
const apply = (layer: Layer) => (x: tf.Tensor) => layer.apply(x)
const built = (layer: Layer) => {
  layer.build([null, 2])
  return layer
}

describe('a layer of one’s own that keeps layers (tfjs 8253)', () => {
  it.each([
    ['in a field', { inner: dense() }, /Own\) keeps this.inner \(Dense\), whose weights would neither train nor be saved/],
    ['in a list', { blocks: [layers.flatten(), dense()] }, /keeps this.blocks \(Dense\)/],
    ['in a map', { heads: new Map([['a', dense()]]) }, /keeps this.heads \(Dense\)/],
    ['in an object, in a list', { all: [{ norm: layers.batchNormalization() }] }, /keeps this.all \(BatchNormalization\)/],
    ['that is built', { inner: built(dense()) }, /keeps this.inner \(Dense\)/],
    ['a model', { body: sequential({ layers: [dense()] }) }, /keeps this.body \(Sequential\)/],
    ['a recurrent layer', { rnn: layers.lstm({ units: 2 }), out: dense() }, /keeps this.rnn \(LSTM\), this.out \(Dense\)/],
    ['in a wrapper', { wide: layers.timeDistributed({ layer: dense() }) }, /keeps this.wide \(TimeDistributed\)/],
  ])('%s is named when the Learner is made, with the fix', (_, fields, message) => {
    expect(() => learner(keeping(fields))).toThrow(message)
    expect(() => learner(keeping(fields))).toThrow(/this.trainableWeights = inner.flatMap.*Or set trainable = false/)
    expect(() => learner(sequential({ layers: [keeping(fields)] }))).toThrow(message)
  })

  const handedOn = (inner: Layer[], run: Own['run']) => {
    const own = keeping({ inner }, run)
    own.build = shape => {
      for (const layer of inner) layer.build(shape)
      own.trainableWeights = inner.flatMap(layer => layer.trainableWeights)
      own.nonTrainableWeights = inner.flatMap(layer => layer.nonTrainableWeights)
      layers.Layer.prototype.build.call(own, shape)
    }
    return own
  }

  it('and hands on their weights trains and saves them', async () => {
    const inner = [dense(), layers.batchNormalization()]
    const learn = learner(handedOn(inner, x => inner.reduce((y, layer) => layer.apply(y) as tf.Tensor, x)))
    const values = () => inner.flatMap(layer => layer.getWeights().map(weight => weight.dataSync().join()))
    const before = values()
    await learn.fit({ epochs: 1, lr: 0.1 })
    expect(values().filter((now, i) => now !== before[i])).toHaveLength(2 + 2)
    expect(
      weightsOf(learn.model)
        .map(({ name, kind }) => `${name} ${kind}`)
        .slice(0, 6),
    ).toEqual(['0.kernel weight', '0.bias bias', '0.gamma norm', '0.beta norm', '0.moving_mean norm', '0.moving_variance norm'])
  })

  it('is taken where there is nothing to train: without weights, frozen, or another place of a layer of the model', async () => {
    const still = dense()
    still.trainable = false
    const extractor = sequential({ layers: [sequential({ layers: [dense()] })] })
    extractor.trainable = false
    for (const [fields, run] of [
      [{ act: layers.reLU(), sum: layers.add(), drop: layers.dropout({ rate: 0.5 }) }, apply(layers.reLU())],
      [{ still }, apply(still)],
      [{ extractor }, apply(extractor)],
    ] as const) {
      await learner(keeping(fields, run)).fit({ epochs: 1, lr: 0.1 })
    }
    const tied = dense()
    const start = input({ shape: [2] })
    const own = keeping({ tied }, x => tf.matMul(x as tf.Tensor2D, tied.getWeights()[0] as tf.Tensor2D))
    const net = model({ inputs: start, outputs: own.apply(tied.apply(start)) as SymbolicTensor })
    await new Learner(points(), net, { progress: false }).fit({ epochs: 1, lr: 0.1 })
  })

  it.each([
    ['that nobody sees', () => apply(dense())],
    [
      'of its own making',
      () => {
        const w = tf.variable(tf.ones([2]))
        return (x: tf.Tensor) => tf.mul(x, w)
      },
    ],
  ])('or variables %s is named before the first step', async (_, run) => {
    const learn = learner(new Own(run()))
    const before = learn.model.trainableWeights.map(weight => [...(weight as Layer['weights'][number]).read().dataSync()])
    const tensors = tf.memory().numTensors
    await expect(learn.fit({ epochs: 1, lr: 0.1 })).rejects.toThrow(/computes with variables that no layer lists.*this.addWeight/)
    expect(learn.model.trainableWeights.map(weight => [...(weight as Layer['weights'][number]).read().dataSync()])).toEqual(
      before,
    )
    expect(tf.memory().numTensors - tensors).toBeLessThanOrEqual(2)
  })

  it('and a frozen variable of its own is taken', async () => {
    const w = tf.variable(tf.ones([2]), false)
    await learner(new Own(x => tf.mul(x, w))).fit({ epochs: 1, lr: 0.1 })
  })

  it('and keeps the model that it stands in does not run in circles', async () => {
    const own = new Own()
    const whole = around(own)
    Object.assign(own, { whole })
    await new Learner(points(), whole, { progress: false }).fit({ epochs: 1, lr: 0.1 })
  })
})
