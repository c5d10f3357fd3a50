import { type Batch, type Column, DataBunch, type Dataset, type Tensors } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { model as build, input, type LayersModel, layers, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from './learner.js'
import { mse } from './loss/regression.js'
import type { Model } from './model/trainable-model.js'
import { sgd } from './optimizer/index.js'
import { useCpu } from './testing/tiny.js'

beforeAll(useCpu)

// y = 3a - 2b, where `a` is a number and `b` two numbers of which the first counts: mixed up, nothing fits.
const n = 40
const a = Float32Array.from({ length: n }, (_, i) => Math.sin(i))
const b = Float32Array.from({ length: n }, (_, i) => Math.cos(3 * i))
const y = a.map((value, i) => 3 * value - 2 * b[i]!)

function sum(names = ['a', 'b']): LayersModel {
  const inputs = names.map(name => input({ shape: [1], name }))
  const weighted = inputs.map(
    each => layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros' }).apply(each) as SymbolicTensor,
  )
  const outputs = layers.add({ name: 'price' }).apply(weighted) as SymbolicTensor
  return build({ inputs, outputs })
}
const column = (values: Float32Array, from = 0, to = n) => tf.tensor2d(values.slice(from, to), [to - from, 1])

type Element = { xs: Record<string, tf.Tensor>; ys: tf.Tensor | Record<string, tf.Tensor> }
const stream = (element: (i: number) => Element) => ({
  async *[Symbol.asyncIterator]() {
    for (let i = 0; i < n; i += 10) yield element(i)
  },
})
const both = (i: number) => ({ b: column(b, i, i + 10), a: column(a, i, i + 10) })

const own = (names: string[]): Dataset => ({
  length: n,
  inputShape: names.map(() => [1]),
  targetShape: [],
  target: 'value',
  c: undefined,
  inputNames: names,
  batch: (at: Int32Array): Batch => {
    const take = (values: Float32Array) =>
      tf.tensor2d(
        Float32Array.from(at, i => values[i]!),
        [at.length, 1],
      )
    const inputs: Record<string, Float32Array> = { a, b }
    return { xs: names.map(name => take(inputs[name]!)), ys: tf.tensor1d(Float32Array.from(at, i => y[i]!)), size: at.length }
  },
})

const sources: Record<string, () => DataBunch | Promise<DataBunch>> = {
  'from_arrays { a, b }': () => DataBunch.from_arrays({ x: { a, b }, y, bs: 10, valid: { x: { b, a }, y } }),
  'from_arrays { b, a }': () => DataBunch.from_arrays({ x: { b, a }, y, bs: 10, valid: { x: { a, b }, y } }),
  'from_arrays { b, a } in part': () => DataBunch.from_arrays({ x: { b, a }, y, bs: 10, valid_pct: 0.25 }),
  'from_arrays [a, b]': () => DataBunch.from_arrays({ x: [a, b], shape: [[1], [1]], y, bs: 10, valid: { x: [a, b], y } }),
  'from_tensors { b, a }': () => {
    const [x, other] = [
      { b: column(b), a: column(a) },
      { a: column(a), b: column(b) },
    ]
    const targets = tf.tensor1d(y)
    const data = DataBunch.from_tensors({ x, y: targets, bs: 10, valid: { x: other, y: targets } })
    tf.dispose([x, other, targets])
    return data
  },
  'from_tfdata, another order in each batch': () => {
    const train = stream(i => {
      const [one, two] = [column(a, i, i + 10), column(b, i, i + 10)]
      return { xs: i % 20 ? { b: two, a: one } : { a: one, b: two }, ys: column(y, i, i + 10) }
    })
    const valid = stream(i => ({ xs: { a: column(a, i, i + 10), b: column(b, i, i + 10) }, ys: column(y, i, i + 10) }))
    return DataBunch.from_tfdata({ train, valid, bs: 10, length: 4, valid_length: 4 })
  },
  'from_datasets of one’s own': () => DataBunch.from_datasets(own(['b', 'a']), own(['a', 'b']), { bs: 10 }),
}

const options: LearnerOptions = { loss: mse, optimizer: sgd({ mom: 0 }), wd: 0, progress: false }

describe.each(Object.entries(sources))('%s', (_, source) => {
  it('reaches the inputs of the names, in training, validation, predictions and callbacks', async () => {
    const before = tf.memory().numTensors
    const net = sum()
    const learn = new Learner(await source(), net, options)
    await learn.lr_find({ num_it: 4 })
    const seen: number[] = []
    const watch = { after_pred: ({ xb }: { xb: Tensors }) => void seen.push((xb as tf.Tensor[])[0]!.dataSync()[0]!) }
    await learn.fit(0.3, 20, { callbacks: [watch] })
    const [wa, wb] = net.getWeights().map(weight => weight.dataSync()[0]!)
    expect([wa, wb]).toEqual([expect.closeTo(3, 2), expect.closeTo(-2, 2)])
    expect(seen.every(first => a.includes(first))).toBe(true)
    expect((await learn.validate())['valid_loss']).toBeLessThan(1e-3)
    const { preds, targets } = await learn.get_preds()
    const right = targets.dataSync()
    expect(preds.dataSync().every((value, i) => Math.abs(value - right[i]!) < 0.02)).toBe(true)
    const [xa, xb] = [column(a), column(b)]
    const [one, two] = [learn.predict({ b: xb, a: xa }), learn.predict([xa, xb])] as tf.Tensor[]
    expect(one!.dataSync()).toEqual(two!.dataSync())
    tf.dispose([preds, targets, one!, two!, xa, xb])
    learn.dispose()
    net.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

it('shapes are given by name too', async () => {
  const [one, two] = [input({ shape: [2], name: 'one' }), input({ shape: [1], name: 'two' })]
  const outputs = layers.dense({ units: 1 }).apply(layers.concatenate().apply([one, two])) as SymbolicTensor
  const data = DataBunch.from_arrays({ x: { two: a.slice(0, 20), one: b }, shape: { one: [2] }, y: y.slice(0, 20), bs: 10 })
  expect([data.inputNames, data.inputShape]).toEqual([
    ['two', 'one'],
    [[1], [2]],
  ])
  await new Learner(data, build({ inputs: [one, two], outputs }), options).fit(1e-3, 1)
})

describe('without names in the model', () => {
  const w = () => [tf.variable(tf.zeros([1, 1])), tf.variable(tf.zeros([1, 1]))] as const
  const plain = (extra: Partial<Model> = {}) => {
    const [wa, wb] = w()
    const apply = (x: Tensors) => {
      const [one, two] = x as tf.Tensor2D[]
      return tf.add(tf.matMul(one!, wa as tf.Tensor2D), tf.matMul(two!, wb as tf.Tensor2D))
    }
    return { net: { apply, trainableWeights: [wa, wb], ...extra } as Model, read: () => [wa, wb].map(v => v.dataSync()[0]!) }
  }

  it('the order in which the data was written counts, for validation data too', async () => {
    for (const data of [
      DataBunch.from_arrays({ x: { b, a }, y, bs: 10, valid: { x: { a, b }, y } }),
      DataBunch.from_datasets(own(['b', 'a']), own(['a', 'b']), { bs: 10 }),
    ]) {
      const { net, read } = plain()
      const learn = new Learner(data, net, options)
      await learn.fit(0.3, 20)
      expect(read()).toEqual([expect.closeTo(-2, 2), expect.closeTo(3, 2)])
      expect((await learn.validate())['valid_loss']).toBeLessThan(1e-3)
      expect((learn.predict({ a: tf.ones([1, 1]), b: tf.zeros([1, 1]) }) as tf.Tensor).dataSync()[0]).toBeCloseTo(3, 2)
    }
  })

  it('a model of one’s own may tell its names', async () => {
    const { net, read } = plain({ inputNames: ['a', 'b'] })
    await new Learner(DataBunch.from_arrays({ x: { b, a }, y, bs: 10 }), net, options).fit(0.3, 20)
    expect(read()).toEqual([expect.closeTo(3, 2), expect.closeTo(-2, 2)])
    expect(() => new Learner(DataBunch.from_arrays({ x: { c: b, a }, y, bs: 10 }), net, options)).toThrow(/'c' is none of them/)
  })
})

describe('refused when the Learner is made', () => {
  const make =
    (x: Record<string, Float32Array>, net: Model = sum()) =>
    () =>
      new Learner(DataBunch.from_arrays({ x, y, bs: 10 }), net, options)

  it.each([
    [
      'a name that is not there',
      { a, bee: b },
      /the data has the inputs a, bee, but the model has a, b: 'bee' is none of them, and 'b' is missing/,
    ],
    ['a name that is missing', { a }, /'b' is missing/],
    ['one too many', { a, b, c: b }, /'c' is none of them/],
  ])('%s', (_, x, message) => {
    expect(make(x)).toThrow(message)
  })

  it('with the nearest name', () => {
    expect(make({ image: a, number: b }, sum(['images', 'number']))).toThrow(/'image' is none of them \(did you mean images\?\)/)
  })

  it('a single input of another name than the only one', () => {
    const net = sequential({ layers: [layers.dense({ units: 1, inputShape: [1], name: 'hidden' })] })
    expect(make({ a }, net)).toThrow(/the data has the inputs a, but the model has hidden_input: 'a' is none of them/)
    expect(make({ hidden_input: a }, net)).not.toThrow()
  })
})

describe('refused when the data is made', () => {
  const from =
    (valid: unknown, x: unknown = { a, b }) =>
    () =>
      DataBunch.from_arrays({ x: x as Column[], y, bs: 10, valid: { x: valid as Column[], y } })

  it('validation data of other names, or with names where training data has none', () => {
    expect(from({ a, bb: b })).toThrow(/the validation set has the inputs a, bb, but the training set has a, b/)
    expect(from([a, b])).toThrow(/The inputs of the training set have names \(a, b\), those of the validation set have none/)
    expect(() => DataBunch.from_datasets(own(['a', 'b']), own(['a']))).toThrow(/'b' is missing/)
  })

  it('a batch of a source with other names than the first, and nothing leaks', async () => {
    const before = tf.memory().numTensors
    const train = stream(i => ({
      xs: i < 10 ? both(i) : { b: column(b, i, i + 10), c: column(a, i, i + 10) },
      ys: column(y, i, i + 10),
    }))
    const data = await DataBunch.from_tfdata({ train, bs: 10, length: 4 })
    const net = sum()
    const learn = new Learner(data, net, options)
    await expect(learn.fit(0.1, 1)).rejects.toThrow(
      /a batch of the source has the inputs b, c, but the data has b, a: 'c' is none/,
    )
    net.dispose()
    learn.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('a target by name', () => {
  const named = (name: string) => [
    DataBunch.from_arrays({ x: { a, b }, y: { [name]: y }, bs: 10 }),
    DataBunch.from_tensors({ x: { a: column(a), b: column(b) }, y: { [name]: column(y) }, bs: 10 }),
  ]

  it('is that of the output of this name', async () => {
    const train = stream(i => ({ xs: both(i), ys: { price: column(y, i, i + 10) } }))
    for (const data of [...named('price'), await DataBunch.from_tfdata({ train, bs: 10, length: 4 })]) {
      const net = sum()
      await new Learner(data, net, options).fit(0.3, 20)
      expect(net.getWeights()[0]!.dataSync()[0]).toBeCloseTo(3, 2)
    }
  })

  it('of another output is refused', () => {
    for (const data of named('rent'))
      expect(() => new Learner(data, sum(), options)).toThrow(
        /The targets are called 'rent', but the model's output is called '.*'/,
      )
  })

  it('is refused where the model has not as many, or validation has another', async () => {
    const two = DataBunch.from_arrays({ x: { a, b }, y: { price: y, rent: y }, bs: 10 })
    expect(() => new Learner(two, sum(), options)).toThrow(
      /the data has the outputs price, rent, but the model has price: 'rent' is none of them/,
    )
    const valid = { x: { a, b }, y: { rent: y } }
    expect(() => DataBunch.from_arrays({ x: { a, b }, y: { price: y }, bs: 10, valid })).toThrow(
      /targetName is 'price' in one, 'rent'/,
    )
    const train = stream(i => ({ xs: both(i), ys: { price: column(y, i, i + 10), rent: column(y, i, i + 10) } }))
    const before = tf.memory().numTensors
    await expect(DataBunch.from_tfdata({ train, bs: 10, length: 4 })).rejects.toThrow(/by name price, rent/)
    expect(tf.memory().numTensors).toBe(before)
  })
})
