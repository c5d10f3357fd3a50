import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { simple_cnn } from '../model/simple-cnn.js'
import { points, useCpu } from '../testing/tiny.js'
import { checkFits, checkInput, checkUsable } from './fits.js'

beforeAll(useCpu)

const dense = (units: number, ...inputShape: (number | null)[]) => sequential({ layers: [layers.dense({ units, inputShape })] })
const labelled = (labels: readonly number[]) =>
  DataBunch.from_arrays({ x: new Float32Array(2 * labels.length), y: Int32Array.from(labels), shape: [2], bs: 1 })

const images = DataBunch.from_arrays({ x: new Float32Array(2 * 75), y: Int32Array.of(0, 1), shape: [5, 5, 3], bs: 1 })

function twoInputs() {
  const [a, b] = [input({ shape: [2] }), input({ shape: [3] })]
  return model({ inputs: [a, b], outputs: layers.concatenate().apply([a, b]) as SymbolicTensor })
}

describe('data and model', () => {
  it('fit when shapes and classes do', () => {
    expect(() => checkFits(points(), dense(2, 2))).not.toThrow()
    expect(() => checkFits(images, simple_cnn([3, 2]))).not.toThrow()
    expect(() => checkFits(points(), dense(1, 2))).not.toThrow()
    expect(() => checkFits(labelled([0, 1, 2]), dense(3, 2))).not.toThrow()
    expect(() => checkFits(labelled([0, 1]), dense(5, 2))).not.toThrow()
    expect(() => checkFits(points(), { apply: (x: tf.Tensor | tf.Tensor[]) => x, trainableWeights: [] })).not.toThrow()
  })

  it.each([
    ['another size', () => dense(2, 3), /takes \[batch, 3\], but the data gives \[batch, 2\]/],
    ['another rank', () => simple_cnn([3, 2]), /takes \[batch, \?, \?, 3\], but the data gives \[batch, 2\]/],
    ['no layers', () => sequential(), /takes nothing, having no layers, but the data gives \[batch, 2\]/],
    ['more inputs', twoInputs, /takes \[batch, 2\] and \[batch, 3\], but the data gives \[batch, 2\]/],
  ])('do not fit: %s', (_, net, message) => {
    expect(() => checkFits(points(), net())).toThrow(message)
  })

  it.each([
    [2, /3 classes \(labels 0 to 2\), but the model's last layer has 2 units.*Give the last layer 3 units/],
    [1, /3 classes .* has 1 unit\. If y holds values to predict, say so: target: 'value'/],
  ])('do not fit: 3 classes and %i units', (units, message) => {
    expect(() => checkFits(labelled([0, 1, 2]), dense(units, 2))).toThrow(message)
  })
})

it('an input fits by number and shape', () => {
  const [a, b] = [tf.zeros([4, 2]), tf.zeros([4, 3])]
  expect(() => checkInput(twoInputs(), [a, b])).not.toThrow()
  expect(() => checkInput(twoInputs(), [b, a])).toThrow(/but the data gives \[4, 3\] and \[4, 2\]/)
  expect(() => checkInput(twoInputs(), a)).toThrow(/but the data gives \[4, 2\].*x\.expandDims\(\)/)
  b.dispose()
  expect(() => checkInput(twoInputs(), [a, b])).toThrow('predict got a tensor that has been disposed')
})

it('a model is usable when it has weights, all of them there', () => {
  const w = { name: 'w', kind: 'weight' as const, variable: tf.variable(tf.zeros([1])) }
  expect(() => checkUsable([w], 'fit')).not.toThrow()
  expect(() => checkUsable([], 'fit')).toThrow(/^fit needs a model with trainable weights/)
  w.variable.dispose()
  expect(() => checkUsable([w], 'fit')).toThrow(/^fit was called on a model that has been disposed \(its weight w is gone\)/)
})
