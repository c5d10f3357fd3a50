import { ArrayDataset, Column, DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from './learner.js'
import { binary_cross_entropy } from './loss/binary-cross-entropy.js'
import { cross_entropy } from './loss/cross-entropy.js'
import { accuracy, accuracy_thresh } from './metric/classification.js'
import { MixUp } from './technique/mixup.js'
import { expectClose } from './testing/numerical.js'
import { useCpu } from './testing/tiny.js'

beforeAll(useCpu)

const quiet: LearnerOptions = { progress: false, log: false }
const random = new Random(9)
const normals = (n: number) => Float32Array.from({ length: n }, () => random.normal())
const seeded = () => initializers.glorotUniform({ seed: 1 })
const dense = (units: number, options: object = {}) => layers.dense({ units, kernelInitializer: seeded(), ...options })

/** Trains without leaving anything behind. */
async function trained(learn: Learner, epochs: number, lr = 0.05) {
  const before = tf.memory().numTensors
  await learn.fit_one_cycle(epochs, lr)
  const figures = await learn.validate()
  learn.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
  return figures
}

/** Lines that a Learner says when it is made. */
function saidBy(data: DataBunch, model: Parameters<typeof sequentialOf>[0] | tf.Tensor | object): string[] {
  const said: string[] = []
  new Learner(data, model as never, { progress: false, log: line => said.push(line) })
  return said
}
const sequentialOf = (...all: ReturnType<typeof layers.dense>[]) => sequential({ layers: all })

describe('a class for each step', () => {
  // It takes a step and the one before to know the class.
  const [n, steps] = [64, 5]
  const x = normals(n * steps)
  const before = (i: number) => (i % steps === 0 ? 0 : x[i - 1]!)
  const y = Int32Array.from(x, (value, i) => (value + before(i) < 0 ? 0 : value > 0 ? 2 : 1))
  const part = (from: number, to: number) => ({ x: x.slice(from * steps, to * steps), y: y.slice(from * steps, to * steps) })
  const data = (more: object = {}) =>
    DataBunch.from_arrays({
      ...part(0, 48),
      valid: part(48, n),
      shape: [steps, 1],
      targetShape: [steps],
      bs: 16,
      valid_bs: 6,
      seed: 1,
      ...more,
    })
  const convolution = (units: number) =>
    sequential({
      layers: [
        layers.conv1d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'tanh', inputShape: [steps, 1], kernelInitializer: seeded() }),
        dense(units),
      ],
    }) // biome-ignore format: a table

  it('is inferred and said, and learnt', async () => {
    const bunch = data()
    expect([bunch.target, bunch.targetShape, bunch.c]).toEqual(['class', [steps], 3])
    expect(saidBy(bunch, convolution(3))).toEqual([`The loss is cross_entropy, of a class for each of [${steps}].`])
    const learn = new Learner(bunch, convolution(3), { ...quiet, metrics: 'accuracy' })
    const figures = await trained(learn, 20, 0.1)
    expect(figures['accuracy']).toBeGreaterThan(0.9)
    const { preds, targets } = await learn.get_preds()
    expect([preds.shape, targets.shape]).toEqual([[16, steps, 3], [16, steps]]) // biome-ignore format: a table
    expectClose(tf.sum(preds, -1).dataSync(), new Float32Array(16 * steps).fill(1))
    expectClose([figures['accuracy']!], accuracy(preds, targets).dataSync())
    expectClose([figures['valid_loss']!], cross_entropy(tf.log(preds), targets).dataSync(), 1e-4)
    tf.dispose([preds, targets])
  })

  it('may be mixed, and left out of the count by its label', async () => {
    const ignored = y.map((label, i) => (i % 7 === 0 ? -100 : label))
    const marked = (from: number, to: number) => ({ ...part(from, to), y: ignored.slice(from * steps, to * steps) })
    const bunch = DataBunch.from_arrays({ ...marked(0, 48), valid: marked(48, n), shape: [steps, 1], targetShape: [steps], bs: 16, valid_bs: 6, ignore_index: -100 }) // biome-ignore format: a table
    expect([bunch.c, bunch.weighted]).toEqual([3, true])
    const learn = new Learner(bunch, convolution(3), { ...quiet, metrics: ['accuracy'], callbacks: new MixUp() })
    const figures = await trained(learn, 20, 0.1)
    // By hand, over the steps that count.
    const { preds } = await learn.get_preds()
    const p = preds.dataSync()
    const places = [...ignored.slice(48 * steps)].map((label, i) => [label, i] as const).filter(([label]) => label !== -100)
    const mean = (of: (label: number, i: number) => number) =>
      places.reduce((sum, [label, i]) => sum + of(label, i), 0) / places.length
    expect(figures['valid_loss']).toBeCloseTo(
      mean((label, i) => -Math.log(p[3 * i + label]!)),
      4,
    )
    expect(figures['accuracy']).toBeCloseTo(
      mean((label, i) => Number(Math.max(...p.slice(3 * i, 3 * i + 3)) === p[3 * i + label]!)),
      5,
    )
    preds.dispose()
  })

  it('is refused where the output has no place for it', () => {
    expect(() => new Learner(data(), convolution(2), quiet)).toThrow(
      "The data has 3 classes (labels 0 to 2), but the model's last layer has 2 units",
    )
    const flat = sequential({ layers: [layers.flatten({ inputShape: [steps, 1] }), dense(3)] })
    expect(() => new Learner(data(), flat, quiet)).toThrow(
      `the targets are classes of shape [${steps}], and the model's output of shape [3] has none for each. Give it the shape [${steps},classes]`,
    )
  })
})

it('a class for each pixel is learnt', async () => {
  const [n, side] = [24, 4]
  const x = normals(n * side * side)
  const y = Int32Array.from(x, value => Number(value > 0.3))
  const image = { shape: [side, side, 1], targetShape: [side, side] }
  const data = DataBunch.from_arrays({ x, y, ...image, bs: 8, valid: { x, y }, seed: 1 })
  const net = sequential({
    layers: [layers.conv2d({ filters: 8, kernelSize: 1, activation: 'relu', inputShape: [side, side, 1], kernelInitializer: seeded() }), dense(2)],
  }) // biome-ignore format: a table
  const figures = await trained(new Learner(data, net, { ...quiet, metrics: 'accuracy' }), 15, 0.1)
  expect(figures['accuracy']).toBeGreaterThan(0.95)
})

describe('several labels', () => {
  const n = 80
  const x = normals(2 * n)
  const at = (i: number) => [Number(x[2 * i]! > 0), Number(x[2 * i + 1]! > 0), Number(x[2 * i]! + x[2 * i + 1]! > 0)]
  const y = Array.from({ length: n }, (_, i) => at(i))
  const classes = ['right', 'above', 'beyond']

  it('are inferred from as many names, or told, and learnt', async () => {
    const told = DataBunch.from_arrays({
      x,
      y: Uint8Array.from(y.flat()),
      targetShape: [3],
      target: 'multilabel',
      shape: [2],
      bs: 20,
    })
    expect([told.target, told.c, told.targetShape]).toEqual(['multilabel', 3, [3]])
    const data = DataBunch.from_arrays({ x, y, classes, shape: [2], bs: 20, valid: { x, y }, valid_bs: 33, seed: 1 })
    expect([data.target, data.c, data.classes]).toEqual(['multilabel', 3, classes])
    const learn = new Learner(data, sequentialOf(dense(3, { inputShape: [2] })), {
      ...quiet,
      metrics: [accuracy_thresh(), 'accuracy'],
    })
    expect(learn.loss_func).toBe(binary_cross_entropy)
    const figures = await trained(learn, 20, 0.2)
    expect(figures['accuracy']).toBeGreaterThan(0.95)
    expect(figures['accuracy_thresh']).toBe(figures['accuracy'])
    const { preds, targets } = await learn.get_preds()
    const right = [...preds.dataSync()].filter((p, i) => p > 0.5 === (y.flat()[i] === 1)).length
    expect(figures['accuracy']).toBeCloseTo(right / (3 * n), 6)
    tf.dispose([preds, targets])
  })

  it('are refused where they are none, or the model has others', () => {
    const bunch = () => DataBunch.from_arrays({ x, y, classes, shape: [2], bs: 20 })
    expect(() => new Learner(bunch(), sequentialOf(dense(2, { inputShape: [2] })), quiet)).toThrow(
      "The data has 3 labels that are a yes or no each, but the model's last layer has 2 units. Give it one for each.",
    )
    expect(() => new Learner(bunch(), sequentialOf(dense(3, { inputShape: [2], activation: 'softmax' })), quiet)).toThrow(
      'each label is a yes or no of its own, and a layer that ends in softmax answers otherwise',
    )
    const wrong = y.map((row, i) => (i === 2 ? [0, 2, 0] : row))
    expect(() => DataBunch.from_arrays({ x, y: wrong, target: 'multilabel', shape: [2] })).toThrow('y[2] of the data set holds 2; whether a sample has a label is 1 or 0')
    const linear = () => new Learner(DataBunch.from_arrays({ x, y: Int32Array.from(y.flat()), targetShape: [3], shape: [2], bs: 20 }), sequentialOf(dense(3, { inputShape: [2] })), quiet)
    expect(linear).toThrow("integers of shape [3] for an output of that shape can be a yes or no of each (target: 'multilabel' of the data)")
  }) // biome-ignore format: a table
})

describe('several heads', () => {
  const n = 60
  const x = normals(2 * n)
  const age = Float32Array.from({ length: n }, (_, i) => x[2 * i]! - 2 * x[2 * i + 1]!)
  const kind = Int32Array.from({ length: n }, (_, i) => (x[2 * i]! > 0.5 ? 2 : x[2 * i + 1]! > 0 ? 1 : 0))
  const classes = { kind: ['a', 'b', 'c'] }
  const data = (more: object = {}) =>
    DataBunch.from_arrays({
      x,
      y: { age, kind },
      classes,
      shape: [2],
      bs: 20,
      valid: { x, y: { kind, age } },
      valid_bs: 25,
      seed: 1,
      ...more,
    })

  /** Its outputs come in another order than the targets. */
  function two(options: { kind?: object } = {}) {
    const input = layers.input({ shape: [2] })
    const hidden = dense(16, { activation: 'tanh' }).apply(input)
    const outputs = [dense(3, { name: 'kind', ...options.kind }), dense(1, { name: 'age' })].map(
      head => head.apply(hidden) as SymbolicTensor,
    )
    return model({ inputs: input, outputs })
  }

  it('are known by name', () => {
    const { target, c, heads, targetShape } = data()
    expect([target, c, targetShape]).toEqual(['heads', undefined, []])
    expect(heads).toEqual({
      age: { target: 'value', targetShape: [], c: undefined },
      kind: { target: 'class', targetShape: [], c: 3, classes: ['a', 'b', 'c'] },
    })
    expect(saidBy(data(), two())).toEqual(['The loss is cross_entropy of kind + mse of age.'])
  })

  it('are learnt together, each with its loss and its metrics in the table', async () => {
    const learn = new Learner(data(), two(), {
      ...quiet,
      loss_weights: { age: 0.5 },
      metrics: { kind: 'accuracy', age: ['mae', 'rmse'] },
    })
    const figures = await trained(learn, 30)
    expect(learn.recorder.history.metricNames).toEqual(['kind_loss', 'age_loss', 'kind_accuracy', 'age_mae', 'age_rmse'])
    expect(figures['kind_accuracy']).toBeGreaterThan(0.9)
    expect(figures['age_rmse']).toBeLessThan(0.5)
    expect(figures['valid_loss']).toBeCloseTo(figures['kind_loss']! + 0.5 * figures['age_loss']!, 5)
    expect(figures['age_loss']).toBeCloseTo(figures['age_rmse']! ** 2, 5)
    const { preds, targets } = await learn.get_preds<Record<string, tf.Tensor>>()
    expect([preds['kind']!.shape, preds['age']!.shape]).toEqual([[n, 3], [n, 1]]) // biome-ignore format: a table
    expect([targets['kind']!.dataSync(), targets['age']!.dataSync()]).toEqual([kind, age])
    expectClose([figures['kind_accuracy']!], accuracy(preds['kind']!, targets['kind']!).dataSync())
    expectClose(tf.sum(preds['kind']!, -1).dataSync(), new Float32Array(n).fill(1))
    const [ofKind] = learn.predict([[0, 1]]) as tf.Tensor[]
    expectClose(tf.sum(ofKind!, -1).dataSync(), [1])
    tf.dispose([preds, targets])
  })

  it('count by the weights of their samples, and may be of ones own loss', async () => {
    const weights = Float32Array.from({ length: n }, (_, i) => i % 3)
    const often = (list: ArrayLike<number>, size = 1) =>
      Array.from({ length: n }, (_, i) => i).flatMap(i => new Array<number[]>(weights[i]!).fill(Array.from(list).slice(i * size, (i + 1) * size))).flat()
    const loss = { age: 'mae', kind: cross_entropy } as const
    const one = new Learner(data({ weights, bs: n, valid: { x, y: { age, kind }, weights } }), two(), { ...quiet, loss })
    const repeated = { x: Float32Array.from(often(x, 2)), y: { age: Float32Array.from(often(age)), kind: often(kind) } }
    const many = new Learner(data({ ...repeated, bs: 60, valid: repeated }), two(), { ...quiet, loss })
    const [a, b] = [await trained(one, 2), await trained(many, 2)]
    expectClose(Object.values(a), Object.values(b), 1e-4)
  }) // biome-ignore format: a table

  it('are refused where names, classes, losses or metrics do not fit', () => {
    const make = (options: object = {}, more: object = {}, kind: object = {}) => () => new Learner(data(more), two({ kind }), { ...quiet, ...options })
    expect(make({}, { y: { age, sort: kind }, classes: undefined, valid: undefined })).toThrow("'sort' is none of them, and 'kind' is missing")
    expect(make({}, {}, { units: 2 })).toThrow("The data has 3 classes (labels 0 to 2), but the model's output kind has 2 units")
    expect(make({}, {}, { activation: 'sigmoid' })).toThrow('The output kind: No loss was given, and none can be inferred: 3 sigmoid units')
    expect(make({ loss: { kind: 'cross_entropy', aeg: 'mse' } })).toThrow("The option loss has an entry 'aeg', but the outputs are kind, age")
    expect(make({ loss_weights: { sort: 1 } })).toThrow("loss_weights has an entry 'sort', but the outputs are kind, age")
    expect(make({ metrics: { sort: 'accuracy' } })).toThrow("The option metrics has an entry 'sort', but the outputs are kind, age")
    expect(() => data({ classes: { kind: ['a', 'b'] } })).toThrow('label is a whole number from 0 to 1')
    expect(() => data({ classes: ['a', 'b'] })).toThrow(/classes/)
    const single = DataBunch.from_arrays({ x, y: age, shape: [2], bs: 20 })
    expect(() => new Learner(single, sequentialOf(dense(1, { inputShape: [2] })), { ...quiet, loss: { age: 'mse' } })).toThrow('where the data has several targets these by their names')
    expect(() => new Learner(single, sequentialOf(dense(1, { inputShape: [2] })), { ...quiet, loss_weights: { age: 1 } })).toThrow('there is one loss here')
  }) // biome-ignore format: a table
})

describe('no targets', () => {
  const n = 40
  const x = normals(3 * n)

  it("are the input itself where that is said, y: 'x'", async () => {
    const data = DataBunch.from_arrays({ x, y: 'x', shape: [3], bs: 10, valid: { x, y: 'x' }, seed: 1 })
    expect([data.target, data.targetShape]).toEqual(['value', [3]])
    const learn = new Learner(data, sequentialOf(dense(3, { inputShape: [3] })), { ...quiet, metrics: 'mae' })
    expect((await trained(learn, 20, 0.1))['valid_loss']).toBeLessThan(1e-2)
  })

  it('are enough for predictions, and refused for all else', async () => {
    const bare = new ArrayDataset({ x: new Column(x, { shape: [3] }) })
    expect([bare.target, bare.length]).toEqual(['none', n])
    const learn = new Learner(DataBunch.from_arrays({ x, y: 'x', shape: [3], bs: 16 }), sequentialOf(dense(3, { inputShape: [3] })), quiet)
    const before = tf.memory().numTensors
    const { preds, targets } = await learn.get_preds(bare)
    expect([preds.shape, targets.shape]).toEqual([[n, 3], [0]]) // biome-ignore format: a table
    tf.dispose([preds, targets])
    await expect(learn.validate(bare)).rejects.toThrow('The batch has no targets: there is nothing to measure its predictions by')
    expect(() => new Learner(DataBunch.from_datasets(bare, undefined, { bs: 8 }), sequentialOf(dense(3, { inputShape: [3] })), quiet)).toThrow("y: 'x' is the input itself")
    expect(tf.memory().numTensors - before).toBe(2)
  }) // biome-ignore format: a table
})
