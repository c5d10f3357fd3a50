import * as tf from '@tensorflow/tfjs-core'
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { mlp, useCpu } from '../testing/tiny.js'
import { type LayerGroups, layerGroups } from './layer-groups.js'
import type { Model } from './trainable-model.js'

beforeAll(useCpu)

const names = (net: Model, division?: LayerGroups) => layerGroups(net, division).map(group => group.map(({ name }) => name))
const twelveLayers = () =>
  sequential({
    layers: Array.from({ length: 12 }, (_, i) => layers.dense({ units: 1, name: `d${i}_${unique++}`, inputShape: [1] })),
  })
let unique = 0

it('is one group when nothing is said', () => {
  expect(names(mlp())).toEqual([['0.kernel', '0.bias', '1.gamma', '1.beta', '2.kernel', '2.bias']])
  expect(names(mlp(), [])).toEqual(names(mlp()))
})

describe('layers that begin a group', () => {
  it('are named or numbered', () => {
    const net = mlp()
    const groups = [
      ['0.kernel', '0.bias', '1.gamma', '1.beta'],
      ['2.kernel', '2.bias'],
    ]
    expect(names(net, [2])).toEqual(groups)
    expect(names(net, [net.layers[2]!.name])).toEqual(groups)
    expect(names(net, [1, 2]).map(group => group.length)).toEqual([2, 2, 2])
  })

  it('are counted, not spelled: the tenth comes after the second', () => {
    expect(names(twelveLayers(), [2, 10]).map(group => group.length)).toEqual([4, 16, 4])
  })

  it('take a nested model whole, and a shared layer where it stands first', () => {
    const nested = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] }), mlp(), layers.dense({ units: 1 })] })
    expect(names(nested, [1, 2]).map(group => group[0])).toEqual(['0.kernel', '1.0.kernel', '2.kernel'])
    const shared = layers.dense({ units: 2, inputShape: [2] })
    const inner = sequential({ layers: [shared, layers.dense({ units: 2 })] })
    const x = input({ shape: [2] })
    const twice = model({ inputs: x, outputs: inner.apply(shared.apply(x)) as SymbolicTensor })
    expect(names(twice, [2])).toEqual([
      ['1.kernel', '1.bias'],
      ['2.1.kernel', '2.1.bias'],
    ])
  })

  it.each([
    [[0], /must name layers after the first/],
    [[2, 1], /\[2, 1\] must name layers after the first, in the model's order/],
    [[1, 1], /in the model's order/],
    [[3], /no layer 3. The layers are 0 to 2/],
    [[-1], /no layer -1/],
    [[1.5], /no layer 1.5/],
    [['head'], /no layer 'head'/],
  ])('refuse %j', (division, message) => {
    expect(() => layerGroups(mlp(), division)).toThrow(message)
  })

  it('refuse a group without parameters, and a model without layers', () => {
    const net = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] }), layers.reLU()] })
    expect(() => layerGroups(net, [1])).toThrow(/group 1 of 2 has no weights that could train/)
    const w = tf.variable(tf.zeros([1]))
    expect(() => layerGroups({ apply: (x: tf.Tensor | tf.Tensor[]) => x, trainableWeights: [w] }, [1])).toThrow(
      /give a function instead/,
    )
    w.dispose()
  })
})

describe('a function', () => {
  it('divides the parameters as it likes', () => {
    expect(
      names(mlp(), all => [all.filter(({ kind }) => kind === 'weight'), all.filter(({ kind }) => kind !== 'weight')]),
    ).toEqual([
      ['0.kernel', '2.kernel'],
      ['0.bias', '1.gamma', '1.beta', '2.bias'],
    ])
  })

  it.each<[string, LayerGroups, RegExp]>([
    ['leaves one out', all => [all.slice(1)], /hold 5 parameters, the model has 6.*Missing: 0.kernel/],
    ['gives one twice', all => [all, [all[0]!]], /hold 7 parameters.*Missing: none/],
    ['puts one in the place of another', all => [[...all.slice(1), all[1]!]], /Missing: 0.kernel/],
    ['makes up its own', all => [all.map(parameter => ({ ...parameter }))], /Missing: 0.kernel/],
    ['leaves a group empty', all => [all, []], /group 1 of 2 has no/],
  ])('that %s is refused', (_, division, message) => {
    expect(() => layerGroups(mlp(), division)).toThrow(message)
  })
})
