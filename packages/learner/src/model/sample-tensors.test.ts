import { DataBunch, DataLoader } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { points, tinyLearner, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const rows = [
  [0.1, 0.9],
  [0.5, -0.2],
]
const values = (pred: unknown) => {
  const { shape } = pred as tf.Tensor
  const numbers = [...(pred as tf.Tensor).dataSync()]
  tf.dispose(pred as tf.Tensor)
  return { shape, numbers }
}

describe('predict (fastai 355 and 1554)', () => {
  it.each<[string, unknown]>([
    ['nested arrays', rows],
    ['a list of typed arrays', rows.map(row => Float32Array.from(row))],
    ['a flat typed array', Float32Array.from(rows.flat())],
    ['an array of float64', Float64Array.from(rows.flat())],
    ['numbers one after the other', rows.flat()],
    ['a list of one tensor', [tf.tensor2d(rows)]],
  ])('takes %s', (_, x) => {
    const learn = tinyLearner()
    const wanted = values(learn.predict(tf.tensor2d(rows)))
    const held = tf.memory().numTensors
    expect(values(learn.predict(x as never))).toEqual(wanted)
    expect(tf.memory().numTensors).toBe(held)
  })

  it.each<[string, unknown]>([
    ['an array', rows[1]],
    ['a typed array', Float32Array.from(rows[1]!)],
  ])('takes one sample without a batch axis, %s', (_, x) => {
    const learn = tinyLearner()
    const { shape, numbers } = values(learn.predict(x as never))
    expect(shape).toEqual([1, 2])
    expect(numbers).toEqual(values(learn.predict([rows[1]!])).numbers)
  })

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /predict got undefined for x; expected a tensor, an array of numbers or a typed array/],
    ['null', null, /predict got null/],
    ['a word', 'x', /predict got 'x'/],
    ['words', [['a', 'b']], /x holds 'a' where a number is expected/],
    ['truth values', [[true, false]], /x holds true where a number is expected/],
    ['a missing number', [[1, undefined]], /x holds undefined where a number is expected/],
    ['NaN', [[1, Number.NaN]], /x holds NaN at position 1/],
    ['ragged rows', [[1, 2], [3]], /x is ragged: a list of 1 stands where others have 2/],
    [
      'three numbers',
      [1, 2, 3],
      /x has 3 numbers in lists of \[3\], which do not make samples of the model's input \[batch, 2\]/,
    ],
    ['a number', 1, /x has 1 numbers/],
    ['no samples', [], /x has 0 numbers/],
    ['too deep', [[[1, 2]]], /lists of \[1,1,2\]/],
    ['a stream', new DataLoader(points().train_ds!, {}), /there is get_preds\(dl\)/],
    ['names that are none', { colour: rows }, /x|colour/],
  ])('refuses %s', (_, x, words) => {
    const learn = tinyLearner()
    const held = tf.memory().numTensors
    expect(() => learn.predict(x as never)).toThrow(words)
    expect(tf.memory().numTensors).toBe(held)
  })

  it('takes numbers for a model of single numbers', () => {
    const data = DataBunch.from_arrays({ x: [[1], [2]], y: new Float32Array([1, 2]), bs: 2 })
    const double = layers.dense({ units: 1, useBias: false, inputShape: [1], weights: [tf.tensor2d([[2]])] })
    const learn = new Learner(data, sequential({ layers: [double] }), { progress: false })
    expect(values(learn.predict(3))).toEqual({ shape: [1, 1], numbers: [6] })
    expect(values(learn.predict([1, 2, 3]))).toEqual({ shape: [3, 1], numbers: [2, 4, 6] })
  })

  it('does not guess at sizes that vary', () => {
    const data = DataBunch.from_arrays({
      x: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      y: [0],
      bs: 1,
      classes: ['a', 'b'],
    })
    const body = [layers.globalAveragePooling1d({ inputShape: [null, 2] as never }), layers.dense({ units: 2 })]
    const learn = new Learner(data, sequential({ layers: body }), { progress: false })
    expect(
      values(
        learn.predict([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ).shape,
    ).toEqual([1, 2])
    expect(() => learn.predict(new Float32Array(8))).toThrow(/model's input \[batch, \?, 2\]/)
  })

  it('takes several inputs as a list or by name', () => {
    const [a, b] = [input({ shape: [2], name: 'left' }), input({ shape: [1], name: 'right' })]
    const joined = layers.concatenate().apply([a, b]) as SymbolicTensor
    const both = model({ inputs: [a, b], outputs: layers.dense({ units: 2 }).apply(joined) as SymbolicTensor })
    const right = [[1], [2]]
    const data = DataBunch.from_arrays({ x: { left: rows, right }, y: [0, 1], bs: 2 })
    const learn = new Learner(data, both, { progress: false })
    const wanted = values(learn.predict([tf.tensor2d(rows), tf.tensor2d(right)]))
    expect(values(learn.predict([rows, right]))).toEqual(wanted)
    expect(values(learn.predict({ right: [1, 2], left: tf.tensor2d(rows) }))).toEqual(wanted)
    expect(() => learn.predict(rows)).not.toThrow(TypeError)
    expect(() => learn.predict([rows] as never)).toThrow(/a model with 2 inputs \(left, right\)/)
    expect(() => learn.predict({ left: rows, rihgt: right })).toThrow(/did you mean right/)
  })
})

describe.each(['get_preds', 'validate'] as const)('%s', what => {
  it('takes a data set for its samples in their order', async () => {
    const learn = tinyLearner()
    const measured = await learn[what](learn.data.valid_ds)
    const wanted = await learn[what]()
    if ('preds' in measured) expect(values(measured['preds'])).toEqual(values((wanted as { preds: tf.Tensor }).preds))
    else expect(measured).toEqual(wanted)
  })

  it.each<[string, unknown, RegExp]>([
    ['a tensor', tf.zeros([1, 2]), /a tensor of shape \[1,2\]; expected a stream of batches/],
    ['arrays', rows, /expected a stream of batches, such as data.valid_dl, or a data set/],
    ['the data', points(), /\(data.valid_dl\)/],
    ['a promise', Promise.resolve(points()), /Was an await forgotten/],
    ['a source', { async *[Symbol.asyncIterator]() {} }, /new TfDataStream\(source, \{ bs \}\)/],
    ['null', null, /got null/],
  ])('refuses %s', async (_, given, words) => {
    await expect(tinyLearner()[what](given as never)).rejects.toThrow(words)
    await expect(tinyLearner()[what](given as never)).rejects.toThrow(TypeError)
  })

  it('says what to do instead', async () => {
    const words = what === 'get_preds' ? /predict\(x\)/ : /DataBunch.from_arrays\(\{ x, y \}\)/
    await expect(tinyLearner()[what](tf.zeros([1, 2]) as never)).rejects.toThrow(words)
  })
})
