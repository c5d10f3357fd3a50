import type { Tensors } from '@onecycle/callbacks'
import type { TargetKind } from '@onecycle/data'
import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { simple_cnn } from '../model/simple-cnn.js'
import { useCpu } from '../testing/tiny.js'
import { inferLoss } from './infer-loss.js'

beforeAll(useCpu)

type Activation = 'softmax' | 'sigmoid' | 'hardSigmoid' | 'tanh' | 'relu' | 'linear'

/** The ways to write the same last activation. */
const forms: Record<string, (units: number, activation: Activation) => LayersModel> = {
  'as an option of the layer': (units, activation) =>
    sequential({ layers: [layers.dense({ units, activation, inputShape: [4] })] }),
  'as an Activation layer': (units, activation) =>
    sequential({ layers: [layers.dense({ units, inputShape: [4] }), layers.activation({ activation })] }),
  'in a functional model': (units, activation) => {
    const x = input({ shape: [4] })
    const out = layers.dense({ units, activation }).apply(layers.dense({ units: 3, activation: 'relu' }).apply(x))
    return model({ inputs: x, outputs: out as SymbolicTensor })
  },
  'in a nested model': (units, activation) =>
    sequential({
      layers: [
        layers.dense({ units: 3, activation: 'relu', inputShape: [4] }),
        sequential({ layers: [layers.dense({ units, activation, inputShape: [3] })] }),
      ],
    }),
  'in a model nested in a functional one': (units, activation) => {
    const inner = sequential({ layers: [layers.dense({ units, activation, inputShape: [4] })] })
    const x = input({ shape: [4] })
    return model({ inputs: x, outputs: inner.apply(x) as SymbolicTensor })
  },
  'before a layer that only reshapes': (units, activation) =>
    sequential({ layers: [layers.dense({ units, activation, inputShape: [1, 4] }), layers.flatten()] }),
  'inside a wrapper': (units, activation) =>
    sequential({
      layers: [
        layers.timeDistributed({ layer: layers.dense({ units, activation }), inputShape: [2, 4] }),
        layers.globalAveragePooling1d({}),
      ],
    }),
}

const table: [TargetKind, number, Activation, string][] = [
  ['class', 3, 'softmax', 'probability_cross_entropy'],
  ['class', 3, 'linear', 'cross_entropy'],
  ['class', 3, 'relu', 'cross_entropy'],
  ['class', 1, 'sigmoid', 'probability_binary_cross_entropy'],
  ['class', 1, 'hardSigmoid', 'probability_binary_cross_entropy'],
  ['class', 1, 'linear', 'binary_cross_entropy'],
  ['value', 3, 'softmax', 'probability_cross_entropy'],
  ['value', 3, 'linear', 'mse'],
  ['value', 1, 'tanh', 'mse'],
]

const refused: [TargetKind, number, Activation, RegExp][] = [
  ['class', 3, 'sigmoid', /3 sigmoid units say that classes are independent/],
  ['class', 1, 'relu', /one unit with activation relu/],
  ['class', 1, 'softmax', /one unit with activation softmax/],
  ['value', 1, 'softmax', /one unit with activation softmax always answers 1/],
  ['value', 1, 'sigmoid', /probabilities \(probability_binary_cross_entropy\) or numbers in \[0, 1\] \(mse\)/],
]

describe.each(Object.keys(forms))('the last activation written %s', form => {
  it.each(table)('%s, %i units, %s: %s', (target, units, activation, name) => {
    expect(inferLoss(forms[form]!(units, activation), target).name).toBe(name)
  })

  it.each(refused)('%s, %i units, %s: refused', (target, units, activation, reason) => {
    expect(() => inferLoss(forms[form]!(units, activation), target)).toThrow(reason)
    expect(() => inferLoss(forms[form]!(units, activation), target)).toThrow(/^No loss was given.*Pass one: new Learner/)
  })
})

it('knows the Softmax layer', () => {
  const net = sequential({ layers: [layers.dense({ units: 3, inputShape: [4] }), layers.softmax()] })
  expect(inferLoss(net, 'class').name).toBe('probability_cross_entropy')
})

const heads: Record<string, (x: SymbolicTensor) => SymbolicTensor> = {
  'the mean of two': x => layers.average().apply(['softmax', 'softmax'].map(end(x, 3))) as SymbolicTensor,
  'the largest of several places': x => {
    const places = layers.timeDistributed({ layer: layers.dense({ units: 3, activation: 'softmax' }) })
    return layers.globalMaxPooling1d({}).apply(places.apply(layers.reshape({ targetShape: [2, 2] }).apply(x))) as SymbolicTensor
  },
}
const end = (x: SymbolicTensor, units: number) => (activation: string) =>
  layers.dense({ units, activation: activation as Activation }).apply(x) as SymbolicTensor

it.each(Object.keys(heads))('knows the activation behind %s', head => {
  const x = input({ shape: [4] })
  expect(inferLoss(model({ inputs: x, outputs: heads[head]!(x) }), 'class').name).toBe('probability_cross_entropy')
})

it('knows an activation that is a layer', () => {
  const ending = (layer: ReturnType<typeof layers.reLU | typeof layers.leakyReLU>) =>
    sequential({ layers: [layers.dense({ units: 1, inputShape: [4] }), layer] })
  expect(() => inferLoss(ending(layers.reLU()), 'class')).toThrow(/one unit with activation relu/)
  expect(() => inferLoss(ending(layers.leakyReLU()), 'class')).toThrow(/one unit with activation leakyRelu/)
})

it('looks at the output, not at the layer that was made last', () => {
  const x = input({ shape: [4] })
  const body = layers.dense({ units: 4, activation: 'relu' })
  const head = layers.dense({ units: 3, activation: 'softmax' })
  // The body is used twice: layers are listed by depth, and the head stands at the output.
  const net = model({ inputs: x, outputs: head.apply(body.apply(body.apply(x))) as SymbolicTensor })
  expect(inferLoss(net, 'class').name).toBe('probability_cross_entropy')
})

it('takes the CNN of the examples for one that gives logits', () => {
  expect(inferLoss(simple_cnn([3, 4, 2]), 'class').name).toBe('cross_entropy')
})

it('refuses what it cannot know', () => {
  const x = input({ shape: [4] })
  const two = model({
    inputs: x,
    outputs: [layers.dense({ units: 1 }).apply(x), layers.dense({ units: 1 }).apply(x)] as SymbolicTensor[],
  })
  expect(() => inferLoss(two, 'value')).toThrow(/2 outputs/)
  expect(() => inferLoss({ apply: (x: Tensors) => x, trainableWeights: [] }, 'class')).toThrow(/not a LayersModel/)
  expect(() => inferLoss(forms['as an option of the layer']!(2, 'linear'), undefined)).toThrow(/does not say/)
})
