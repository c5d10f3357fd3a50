import type { Callback } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { add, matMul, memory, mul, square, sub, type Tensor2D, tensor2d, variable, zeros } from '@tensorflow/tfjs-core'
import { initializers, input, layers, model, type Sequential, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { mse } from '../loss/regression.js'
import { useCpu } from '../testing/tiny.js'
import { weightsOf } from './parameters.js'
import type { Model, TrainableModel } from './trainable-model.js'

beforeAll(useCpu)

const x = Array.from({ length: 40 }, (_, i) => [3 + Math.sin(i), Math.cos(3 * i)])
const y = x.map(([a, b]) => 3 * a! - 2 * b!)
const data = () => DataBunch.from_arrays({ x, y: Float32Array.from(y), bs: 10, seed: 1 })
const learner = (net: Model, options: LearnerOptions = {}) => new Learner(data(), net, { loss: mse, progress: false, ...options })

/** Dense, batch norm, dense. The same each time: what a bias in front of a batch norm changes by is rounding alone, which may come to nothing. */
const net = () => {
  const [first, last] = [3, 4].map(seed => initializers.glorotUniform({ seed }))
  return sequential({
    layers: [
      layers.dense({ units: 4, inputShape: [2], kernelInitializer: first! }),
      layers.batchNormalization(),
      layers.dense({ units: 1, kernelInitializer: last! }),
    ],
  })
}

/** The weights that some training changes. */
async function changed(trained: Model, train: () => Promise<unknown>): Promise<string[]> {
  const values = () => weightsOf(trained).map(({ name, variable: weight }) => [name, weight.dataSync().join()] as const)
  const before = new Map(values())
  await train()
  return values().flatMap(([name, now]) => (now === before.get(name) ? [] : [name]))
}

const names = (...positions: number[]) =>
  positions.flatMap(i => (i === 1 ? ['1.gamma', '1.beta', '1.moving_mean', '1.moving_variance'] : [`${i}.kernel`, `${i}.bias`]))

describe('a layer with trainable = false', () => {
  it('stands still, whenever it was set (tensorflow 47906, 43304), and trains again when it is set back', async () => {
    const whole = net()
    const body = whole.layers[0]!
    body.trainable = false
    const learn = learner(whole)
    const fit = () => changed(whole, () => learn.fit(1e-2, 1))
    expect(await fit()).toEqual(names(1, 2))
    body.trainable = true
    expect(await fit()).toEqual(names(0, 1, 2))
    body.trainable = false
    expect(await fit()).toEqual(names(1, 2))
    expect((await learn.opt.state()).parameters['0.kernel']!.steps).toBe(4)
    body.trainable = true
    expect(await fit()).toEqual(names(0, 1, 2))
    expect((await learn.opt.state()).parameters['0.kernel']!.steps).toBe(8)
  })

  it.each([{}, { train_bn: false }])('and batch norm keeps its running statistics (keras 6570, 4762), with %o', async options => {
    const whole = net()
    whole.layers[1]!.trainable = false
    const learn = learner(whole, options)
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toEqual(names(0, 2))
    whole.layers[1]!.trainable = true
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toEqual(names(0, 1, 2))
  })

  it('may be a nested model, with all that is in it', async () => {
    const body = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] }), layers.batchNormalization()] })
    const start = input({ shape: [2] })
    const whole = model({ inputs: start, outputs: layers.dense({ units: 1 }).apply(body.apply(start)) as SymbolicTensor })
    const learn = learner(whole)
    body.trainable = false
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toEqual(['2.kernel', '2.bias'])
    body.trainable = true
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toHaveLength(8)
  })

  it.each([
    ['time distributed', () => layers.timeDistributed({ layer: layers.batchNormalization(), inputShape: [3, 2] }), 4, 6],
    [
      'bidirectional',
      () => layers.bidirectional({ layer: layers.gru({ units: 2 }), mergeMode: 'sum', inputShape: [3, 2] } as never),
      6,
      2,
    ],
    ['recurrent', () => layers.lstm({ units: 2, inputShape: [3, 2] }), 3, 2],
  ] as const)('may be %s', async (_, make, weights, size) => {
    const layer = make()
    const whole = sequential({ layers: [layer, layers.reshape({ targetShape: [size] }), layers.dense({ units: 1 })] })
    const seen = DataBunch.from_arrays({
      x: Float32Array.from({ length: 60 }, (_, i) => Math.sin(i)),
      shape: [3, 2],
      y: new Float32Array(10).fill(3),
      bs: 5,
    })
    const learn = new Learner(seen, whole, { loss: mse, progress: false })
    layer.trainable = false
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toEqual(['2.kernel', '2.bias'])
    layer.trainable = true
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toHaveLength(weights + 2)
  })

  it('trains as long as it stands in a place that trains', async () => {
    const shared = layers.batchNormalization({ inputShape: [2] })
    const inner = sequential({ layers: [shared] })
    const start = input({ shape: [2] })
    const both = layers.add().apply([inner.apply(start), shared.apply(start)] as SymbolicTensor[])
    const whole = model({ inputs: start, outputs: layers.dense({ units: 1 }).apply(both) as SymbolicTensor })
    inner.trainable = false
    // tfjs marks the variables of what is in a frozen model; the layer itself may be trainable elsewhere.
    shared.trainable = true
    const learn = learner(whole)
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toHaveLength(6)
  })

  it('stays frozen through unfreeze(), which says so in a line', async () => {
    const said: string[] = []
    const whole = net()
    const learn = learner(whole, { layer_groups: [2], log: line => void said.push(line) })
    whole.layers[0]!.trainable = false
    learn.freeze()
    learn.unfreeze()
    expect(said).toEqual([expect.stringContaining(`frozen: ${whole.layers[0]!.name}.`)])
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toEqual(names(1, 2))
    whole.layers[0]!.trainable = true
    learn.unfreeze()
    expect(said.filter(line => line.includes('frozen: '))).toHaveLength(1)
  })

  it('may be set by a callback, and holds from the next epoch on', async () => {
    const whole = net()
    const learn = learner(whole)
    const trained: number[] = []
    const thaw: Callback<Learner> = {
      before_fit: () => void Object.assign(whole.layers[0]!, { trainable: false }),
      before_batch: () => void trained.push(learn.trained.length),
      after_epoch: () => void Object.assign(whole.layers[0]!, { trainable: true }),
    }
    await learn.fit(1e-2, 2, { callbacks: [thaw] })
    expect(trained).toEqual([4, 4, 4, 4, 6, 6, 6, 6])
  })

  it('is shown in the summary', () => {
    const whole = net()
    const learn = learner(whole)
    const trains = () =>
      learn
        .summary()
        .split('\n')
        .slice(1, 4)
        .map(row => row.split(/\s{2,}/).at(-1))
    whole.layers[0]!.trainable = false
    expect(trains()).toEqual(['no', 'yes', 'yes'])
    expect(String(learn.summary())).toContain('total parameters: 33, of which 13 train')
    const nested = learner(sequential({ layers: [net(), layers.dense({ units: 1 })] }))
    ;(nested.model as unknown as { layers: Sequential[] }).layers[0]!.layers[0]!.trainable = false
    expect(String(nested.summary())).toMatch(/\(Sequential\) .* partly\n/)
  })
})

describe('a fit in which nothing trains is refused', () => {
  it('when all layers are frozen, and leaves nothing behind', async () => {
    const whole = net()
    const learn = learner(whole)
    whole.trainable = false
    const before = learn.opt.get('lr')
    await expect(learn.fit(0.5, 1)).rejects.toThrow(
      /fit: nothing trains. All layers have trainable = false. Set layer.trainable = true/,
    )
    await expect(learn.lr_find()).rejects.toThrow(/lr_find: nothing trains/)
    expect(learn.opt.get('lr')).toEqual(before)
    expect(await learn.validate(data().train_dl)).toHaveProperty('valid_loss')
    whole.trainable = true
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toHaveLength(8)
  })

  it('when the group that is left is frozen', async () => {
    const whole = net()
    const learn = learner(whole, { layer_groups: [2], train_bn: false })
    learn.freeze()
    whole.layers[2]!.trainable = false
    await expect(learn.fit(1e-2, 1)).rejects.toThrow(
      /nothing trains.*the 1 first of 2 layer groups are frozen.*or call unfreeze\(\)/,
    )
  })

  it('when the model has grown: the new layer would not train', async () => {
    const whole = net()
    const learn = learner(whole)
    whole.add(layers.dense({ units: 1 }))
    await expect(learn.fit(1e-2, 1)).rejects.toThrow(/not have when this Learner was made: 3.kernel, 3.bias.*Make a new Learner/)
  })
})

it('the variables of a plain object stand still when their trainable is false', async () => {
  const [w, b] = [variable(zeros([2, 1]), true, 'w'), variable(zeros([1]), true, 'b')]
  const linear: TrainableModel = {
    apply: inputs => add(matMul(inputs as Tensor2D, w as Tensor2D), b),
    trainableWeights: [w, b],
  }
  const learn = learner(linear)
  b.trainable = false
  expect(await changed(linear, () => learn.fit(1e-2, 1))).toEqual(['w'])
  b.trainable = true
  expect(await changed(linear, () => learn.fit(1e-2, 1))).toEqual(['w', 'b'])
})

describe('a hold', () => {
  const bodyFrozen = (whole: Sequential) => {
    const learn = learner(whole, { layer_groups: [2], train_bn: false })
    learn.freeze()
    return learn
  }

  it('ends with its Learner: another one, and model.fit, move the statistics (keras 7965)', async () => {
    const whole = net()
    const first = bodyFrozen(whole)
    expect(await changed(whole, () => first.fit(1e-2, 1))).toEqual(names(2))
    first.dispose()
    const second = learner(whole)
    expect(await changed(whole, () => second.fit(1e-2, 1))).toEqual(names(0, 1, 2))
    whole.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
    const fit = () => whole.fit(tensor2d(x), tensor2d(y, [40, 1]), { epochs: 1, verbose: 0, shuffle: false })
    expect(await changed(whole, fit)).toEqual(names(0, 1, 2))
  })

  it('is its Learner’s own, when two train one model', async () => {
    const whole = net()
    const [frozen, free] = [bodyFrozen(whole), learner(whole)]
    expect(await changed(whole, () => free.fit(1e-2, 1))).toEqual(names(0, 1, 2))
    expect(await changed(whole, () => frozen.fit(1e-2, 1))).toEqual(names(2))
    expect(await changed(whole, () => free.fit(1e-2, 1))).toEqual(names(0, 1, 2))
  })

  it('lets two train their heads on one frozen body at a time', async () => {
    const body = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] }), layers.batchNormalization()] })
    body.trainable = false
    const heads = [1, 2].map(() => {
      const start = input({ shape: [2] })
      return model({ inputs: start, outputs: layers.dense({ units: 1 }).apply(body.apply(start)) as SymbolicTensor })
    })
    const still = body.getWeights().map(weight => weight.dataSync().join())
    await Promise.all(heads.map(head => learner(head).fit({ epochs: 2, lr: 1e-2 })))
    expect(body.getWeights().map(weight => weight.dataSync().join())).toEqual(still)
    body.trainable = true
    const both = Promise.all(heads.map(head => learner(head).fit({ epochs: 1, lr: 1e-2 })))
    await expect(both).rejects.toThrow(/another Learner is training/)
  })

  it('holds a batch norm without weights of its own in a frozen group, where train_bn is false', async () => {
    const bare = layers.batchNormalization({ center: false, scale: false })
    const whole = sequential({ layers: [layers.dense({ units: 4, inputShape: [2] }), bare, layers.dense({ units: 1 })] })
    const learn = bodyFrozen(whole)
    expect(await changed(whole, () => learn.fit(1e-2, 1))).toEqual(names(2))
  })
})

it('in a frozen group, a layer of one’s own stands still whatever its weights are called, and a normalization trains', async () => {
  class Radial extends layers.Layer {
    static readonly className: string = 'NormalRadial'
    override build() {
      for (const name of ['center', 'gamma']) this.addWeight(name, [2], 'float32', initializers.ones())
      this.built = true
    }
    override call(inputs: Parameters<layers.Layer['call']>[0]) {
      const [center, gamma] = this.weights.map(weight => weight.read())
      return mul(square(sub([inputs].flat()[0]!, center!)), gamma!)
    }
  }
  class OwnNorm extends Radial {
    static override readonly className = 'Own'
    readonly normalizes = true
  }
  const frozen = async (layer: Radial) => {
    const whole = sequential({ layers: [layer, layers.dense({ units: 1 })] })
    const learn = learner(whole, { layer_groups: [1] })
    learn.freeze()
    return changed(whole, () => learn.fit(1e-2, 1))
  }
  expect(await frozen(new Radial({ inputShape: [2] }))).toEqual(['1.kernel', '1.bias'])
  expect(await frozen(new OwnNorm({ inputShape: [2] }))).toEqual(['0.center', '0.gamma', '1.kernel', '1.bias'])
})

it.each([
  [{ scale: false }, ['1.beta']],
  [{ center: false }, ['1.gamma']],
  [{ center: false, scale: false, axis: 1 }, []],
])('batch norm with %o trains and is held, where TensorFlow.js fails', async (options, parameters) => {
  const norm = layers.batchNormalization(options)
  const whole = sequential({ layers: [layers.dense({ units: 4, inputShape: [2] }), norm, layers.dense({ units: 1 })] })
  const learn = learner(whole)
  const moving = ['1.moving_mean', '1.moving_variance']
  expect(await changed(whole, () => learn.fit(1e-2, 1))).toEqual([...names(0), ...parameters, ...moving, ...names(2)])
  norm.trainable = false
  expect(await changed(whole, () => learn.fit(1e-2, 1))).toEqual(names(0, 2))
  expect(norm.getConfig()).toMatchObject(options)
})

it('leaks no tensor', async () => {
  const whole = net()
  const learn = learner(whole, { layer_groups: [2], train_bn: false })
  await learn.fit(1e-2, 1)
  const before = memory().numTensors
  learn.freeze()
  whole.layers[1]!.trainable = false
  await learn.fit(1e-2, 1)
  expect(memory().numTensors).toBe(before)
})
