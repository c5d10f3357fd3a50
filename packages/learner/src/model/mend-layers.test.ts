import { DataBunch } from '@onecycle/data'
import { ones, randomNormal, type Tensor } from '@tensorflow/tfjs-core'
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { points, useCpu } from '../testing/tiny.js'
import { parametersOf } from './parameters.js'
import type { Layer, Model } from './trainable-model.js'

beforeAll(useCpu)

const options = { progress: false } as const
const dense = (units: number, given = {}) => layers.dense({ units, inputShape: [2], ...given })

/** The weights that a fit changes. */
async function trained(learn: Learner): Promise<string[]> {
  const values = () => parametersOf(learn.model).map(({ variable }) => variable.dataSync().join())
  const before = values()
  await learn.fit({ epochs: 1, lr: 0.1 })
  const after = values()
  return parametersOf(learn.model).flatMap(({ name }, i) => (after[i] === before[i] ? [] : [name]))
}

it('a Sequential runs the layers that it lists, after pop() too', () => {
  const net = sequential({ layers: [dense(2), layers.activation({ activation: 'relu' }), layers.softmax()] })
  const whole = net.predict(ones([1, 2])) as Tensor
  net.pop()
  net.pop()
  const learn = new Learner(points(), net, { ...options, loss: 'mse' })
  const expected = net.layers[0]!.apply(ones([1, 2])) as Tensor
  expect((learn.predict(ones([1, 2])) as Tensor).dataSync()).toEqual(expected.dataSync())
  expect(expected.dataSync()).not.toEqual(whole.dataSync())
})

it('a single weight that is frozen stays so in the first pass of a Sequential', async () => {
  const net = sequential({ layers: [dense(4), dense(2)] })
  ;(net.layers[0]!.trainableWeights[0] as Layer['weights'][number]).trainable = false
  const learn = new Learner(points(), net, options)
  expect(await trained(learn)).toEqual(['0.bias', '1.kernel', '1.bias'])
  expect(String(learn.summary())).toMatch(/Dense.* partly\n/)
})

it.each([
  ['lstm', () => layers.lstm({ units: 2, inputShape: [2, 1], trainable: false })],
  ['gru', () => layers.gru({ units: 2, inputShape: [2, 1], trainable: false })],
  ['simpleRNN', () => layers.simpleRNN({ units: 2, inputShape: [2, 1], trainable: false })],
  [
    'bidirectional',
    () => layers.bidirectional({ layer: layers.gru({ units: 2, trainable: false }), inputShape: [2, 1] } as never),
  ],
])('a %s that was made frozen trains when it is set to trainable', async (_, make) => {
  const recurrent = make()
  const reshape = layers.reshape({ targetShape: [2, 1], inputShape: [2] })
  const learn = new Learner(points(), sequential({ layers: [reshape, recurrent, layers.dense({ units: 2 })] }), options)
  expect(await trained(learn)).toEqual(['2.kernel', '2.bias'])
  recurrent.trainable = true
  expect((await trained(learn)).length).toBeGreaterThanOrEqual(2 + 3)
})

it('a cell that a person made and froze stays frozen', async () => {
  const cell = layers.gruCell({ units: 2, trainable: false })
  const rnn = layers.rnn({ cell, inputShape: [2, 1] } as never)
  const net: Model = sequential({
    layers: [layers.reshape({ targetShape: [2, 1], inputShape: [2] }), rnn, layers.dense({ units: 2 })],
  })
  const learn = new Learner(points(), net, options)
  expect(await trained(learn)).toEqual(['2.kernel', '2.bias'])
})

it('a model that has lost layers needs a new Learner', async () => {
  const net = sequential({ layers: [dense(2), dense(2)] })
  const learn = new Learner(points(), net, options)
  net.pop()
  await expect(learn.fit({ epochs: 1, lr: 0.1 })).rejects.toThrow(/no longer has weights.*1.kernel, 1.bias.*Make a new Learner/)
})

it('a wrapper made with trainable: false trains what it wraps, as TensorFlow.js has it, and a line says so', async () => {
  const said: string[] = []
  const made = (trainable: boolean) => {
    const wrapper = layers.timeDistributed({ layer: layers.dense({ units: 1 }), trainable, name: `wide_${trainable}` } as never)
    const reshape = layers.reshape({ targetShape: [2, 1], inputShape: [2] })
    const net = sequential({ layers: [reshape, wrapper, layers.flatten(), layers.dense({ units: 2 })] })
    return { wrapper, learner: () => new Learner(points(), net, { ...options, log: line => void said.push(line) }) }
  }
  made(true).learner()
  const { wrapper, learner } = made(false)
  learner()
  expect(said).toEqual([expect.stringMatching(/The layer wide_false \(TimeDistributed\) was made with trainable: false/)])
  wrapper.trainable = false
  expect(await trained(learner())).toEqual(['3.kernel', '3.bias'])
  expect(said).toHaveLength(1)
})

const sequences = { returnSequences: true } as const
it.each<[string, () => unknown, states: number[]]>([
  ['a GRU', () => layers.gru({ units: 2, ...sequences }), [2]],
  ['an LSTM', () => layers.lstm({ units: 2, ...sequences }), [2, 2]],
  [
    'one both ways',
    () => layers.bidirectional({ layer: layers.gru({ units: 1, ...sequences }) as never, mergeMode: 'concat' }),
    [1, 1],
  ],
])('behind %s that begins with given states others begin with none, in training too', async (_, make, sizes) => {
  const given = [input({ shape: [3, 2], name: 'x' }), ...sizes.map((size, i) => input({ shape: [size], name: `state${i}` }))]
  const [first, second, third] = [make(), make(), make()] as Layer[]
  const y = third!.apply(second!.apply(first!.apply(given))) as SymbolicTensor
  const net = model({ inputs: given, outputs: y })
  const batch = given.map(({ shape }) => randomNormal([8, ...(shape.slice(1) as number[])]))
  const named = batch.map((tensor, i) => [given[i]!.sourceLayer.name, tensor.arraySync() as number[][]])
  const data = DataBunch.from_arrays({
    x: Object.fromEntries(named),
    y: randomNormal([8, 3, 2]).arraySync() as number[][][],
    bs: 4,
  })
  const learn = new Learner(data, net, { ...options, loss: 'mse' })
  expect((await trained(learn)).length).toBeGreaterThan(8)
  expect((net.apply(batch, { training: true }) as Tensor).dataSync()).toEqual((net.predict(batch) as Tensor).dataSync())
})
