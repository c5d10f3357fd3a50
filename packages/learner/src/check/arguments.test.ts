import { ArrayDataset, Column, DataBunch, DataLoader } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { array } from '@tensorflow/tfjs-data'
import { layers } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mlp, points, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const column = (n: number) => new Column(new Int32Array(n))
const dataset = new ArrayDataset({ x: column(4), y: column(4) })
const source = { async *[Symbol.asyncIterator]() {} }

describe('the data of a Learner', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'a promise',
      () => DataBunch.from_tfdata({ train: source, bs: 4, length: 1 }).catch(() => {}),
      /a promise.*Was an await forgotten/,
    ],
    ['a tf.data.Dataset', () => array([1, 2]), /await DataBunch.from_tfdata\(\{ train: dataset, bs \}\)/],
    ['a source of batches', () => source, /await DataBunch.from_tfdata/],
    ['a data set', () => dataset, /DataBunch.from_datasets\(train, valid\)/],
    ['a DataLoader', () => new DataLoader(dataset, { bs: 2 }), /a DataLoader; expected a DataBunch/],
    ['arrays', () => ({ x: [[1, 2]], y: [0] }), /DataBunch.from_arrays\(\{ x, y \}\)/],
    ['tensors', () => ({ xs: tf.zeros([1, 2]), ys: tf.zeros([1]) }), /DataBunch.from_tensors\(\{ x, y \}\)/],
    ['a list', () => [[1, 2]], /DataBunch.from_arrays/],
    ['a tensor', () => tf.zeros([1, 2]), /a tensor of shape \[1,2\]; expected a DataBunch.*from_tensors/],
    ['nothing', () => undefined, /is undefined; expected a DataBunch/],
    ['null', () => null, /is null; expected a DataBunch/],
    ['a half', () => ({ train_dl: {} }), /expected a DataBunch/],
  ])('is not %s', (_, data, words) => {
    expect(() => new Learner(data() as never, mlp())).toThrow(words)
    expect(() => new Learner(data() as never, mlp())).toThrow(TypeError)
  })
})

describe('the model of a Learner', () => {
  it.each<[string, unknown, RegExp]>([
    ['a promise', Promise.resolve(mlp()), /The model of a Learner is a promise.*Was an await forgotten/],
    ['nothing', undefined, /The model of a Learner is undefined; expected a LayersModel/],
    ['a function', mlp, /Call mlp/],
    ['a list of layers', [layers.dense({ units: 2 })], /sequential\(\{ layers: \[...\] \}\)/],
    ['a GraphModel', { execute() {}, predict() {} }, /GraphModel cannot be trained/],
    ['a word', 'mlp', /is 'mlp'/],
  ])('is not %s', (_, model, words) => {
    expect(() => new Learner(points(), model as never)).toThrow(words)
    expect(() => new Learner(points(), model as never)).toThrow(TypeError)
  })

  it('comes after the data', () => {
    expect(() => new Learner(mlp() as never, points() as never)).toThrow(/wrong way round: call new Learner\(data, model\)/)
  })
})

describe('what may be several', () => {
  it('may be one', async () => {
    let [always, once] = [0, 0]
    const learn = new Learner(points(), mlp(), {
      callbacks: { before_fit: () => void always++ },
      layer_groups: 2,
      metrics: 'accuracy',
      progress: false,
    })
    await learn.fit(1e-2, 1, { callbacks: { before_fit: () => void once++ } })
    await learn.lr_find({ num_it: 2, callbacks: { before_fit: () => void once++ } })
    expect([always, once]).toEqual([2, 2])
    expect(learn.groups).toHaveLength(2)
    expect(learn.metricNames).toEqual(['accuracy'])
  })

  it.each(['early', 3, null])('is refused where it is %s', callback => {
    expect(() => new Learner(points(), mlp(), { callbacks: callback as never })).toThrow(/callback is .*expected an object/)
  })
})
