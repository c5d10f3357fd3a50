import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { numbers, useKernels } from '../../testing/compare.js'
import {
  batchNorm,
  batchNormTraining,
  conv2d,
  type Definition,
  lookUp,
  matMul,
  segmentSum,
  softmaxCrossEntropy,
  sum,
} from '../../testing/definitions.js'

beforeAll(async () => {
  useKernels('compiled')
  await tf.setBackend('wasm')
})

const kind = (value: number) => (Number.isFinite(value) ? 'finite' : String(value))

/**
 * Puts NaN and each infinity at each place of one input in turn, and expects them in the output where the definition has them, and
 * nowhere else. `padded`: where the zeros of a padding are multiplied by that input, NaN may stand for a finite number.
 */
function expectPassedOn({ shapes, program, reference }: Definition, which: number, padded = false): void {
  const inputs = shapes.map((shape, i) => numbers(tf.util.sizeFromShape(shape), i + 1))
  for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (let at = 0; at < inputs[which]!.length; at++) {
      const given = inputs.map((values, i) => (i === which ? values.with(at, special) : values))
      const expected = [...reference(...given.map(values => Float64Array.from(values)))].map(kind)
      const actual = tf.tidy(() => [...program(...shapes.map((shape, i) => tf.tensor(given[i]!, shape))).dataSync()].map(kind))
      const allowed = actual.map((found, i) => (padded && expected[i] === 'finite' && found === 'NaN' ? 'finite' : found))
      expect(allowed, `${special} at ${at} of input ${which}`).toEqual(expected)
    }
  }
}

const inEachInput = (definition: Definition) =>
  definition.shapes.map((_, which) => ({ name: definition.name, definition, which }))

const transposed = [false, true].flatMap(left => [false, true].map(right => [left, right] as const))
const products = transposed.flatMap(sides => [matMul(7, 3, 9, sides), matMul(2, 4, 3, sides, 2)])
const others = [
  matMul(1, 400, 2, [false, true]),
  batchNormTraining(5, 6),
  batchNorm(5, 6),
  segmentSum([0, 2, 0], 5, 3),
  segmentSum([2, ...new Array(20).fill(0), -1, 3], 5, 3),
  lookUp([3, 0, 3], 5, 4),
  sum(2, 7, 5),
  sum(3, 30, 1),
  softmaxCrossEntropy(3, 4, false),
  softmaxCrossEntropy(3, 4, true),
]

describe('NaN and infinity reach what the definition lets them reach:', () => {
  it.each([...products, ...others].flatMap(inEachInput))('$name, input $which', ({ definition, which }) =>
    expectPassedOn(definition, which),
  )

  const convolutions = [
    conv2d([1, 4, 5, 2], [3, 2, 2, 9], [1, 1], 'valid'),
    conv2d([1, 4, 5, 2], [3, 2, 2, 9], [1, 1], 'same'),
    conv2d([1, 5, 5, 3], [3, 3, 3, 8], [2, 2], 'same'),
    conv2d([1, 4, 3, 4], [3, 3, 4, 3], [1, 1], 'same'),
    conv2d([2, 5, 5, 3], [2, 2, 3, 4], [3, 3], 'valid'),
    conv2d([1, 3, 4, 5], [1, 1, 5, 8], [1, 1], 'valid'),
  ].flatMap(({ forward, inputGradient, filterGradient }) => [forward, inputGradient, filterGradient])

  it.each(convolutions)('$name', definition => {
    expectPassedOn(definition, 0)
    expectPassedOn(definition, 1, true)
  })
})

it.each([3e38, -3e38])('a segment that outgrows float32 stays infinite, however many rows of %d follow', value => {
  for (const rows of [2, 17, 40]) {
    const sums = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.fill([rows, 5], value), tf.zeros([rows], 'int32') as tf.Tensor1D, 1).dataSync(),
    )
    expect([...sums]).toEqual(new Array(5).fill(value * Number.POSITIVE_INFINITY))
  }
})

it('the gradients of batch norm in training keep to their channel', () => {
  const [rows, channels] = [6, 5]
  const { program } = batchNormTraining(rows, channels)
  const inputs = [[rows, channels], [channels], [channels]].map((shape, i) => ({
    shape,
    values: numbers(tf.util.sizeFromShape(shape), i),
  }))
  for (const special of [Number.NaN, Number.POSITIVE_INFINITY]) {
    for (let at = 0; at < rows * channels; at++) {
      const gradients = tf.tidy(() => {
        const dy = tf.tensor(numbers(rows * channels, 7).with(at, special), [rows, channels])
        const tensors = inputs.map(({ shape, values }) => tf.tensor(values, shape))
        return tf
          .grads(program)(tensors, dy)
          .map(tensor => [...tensor.dataSync()])
      })
      for (const values of gradients) {
        for (const [i, value] of values.entries()) expect(Number.isFinite(value)).toBe(i % channels !== at % channels)
      }
    }
  }
})
