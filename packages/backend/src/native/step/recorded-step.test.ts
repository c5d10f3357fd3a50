// Alone: it loads TensorFlow's native library.
import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { lookInProject } from '../../node/project.js'
import { useBackend } from '../../use-backend.js'
import { accelerateNative } from '../index.js'
import type { NativeBackend } from '../operations.js'
import { StepRecording } from './recorded-step.js'

const { findTool } = await import(new URL('../../../../../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('tfjs-node') as { folder?: string; missing?: string }

const backend = () => tf.backend() as NativeBackend
const numbers = (shape: number[], first: number) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(first + i * 1.7) * 3),
    shape,
  )
const bits = (tensors: tf.Tensor[]) => tensors.map(tensor => [...tensor.dataSync()])

/** What the work gives for other tensors of the same shapes, and what a graph that was recorded of it gives for them. */
function twice(shapes: number[][], work: (inputs: tf.Tensor[]) => tf.Tensor[]) {
  const before = tf.memory().numTensors
  const [first, second] = [1, 2].map(seed => shapes.map(shape => numbers(shape, seed))) as [tf.Tensor[], tf.Tensor[]]
  const recording = new StepRecording(backend(), first)
  const made = tf.tidy(() => recording.during(() => work(first)))
  const step = recording.step(made)
  const again = step?.run(second)
  const usual = tf.tidy(() => work(second))
  const result = { again: again && bits(again), usual: bits(usual), reason: recording.reason }
  tf.dispose([first, second, made, again ?? [], usual])
  expect(tf.memory().numTensors).toBe(before)
  return result
}

/** Of before a recording. */
let elsewhere: tf.Tensor

describe.skipIf(missing !== undefined)(`operations as a graph${missing ? `, left out: ${missing}` : ''}`, () => {
  beforeAll(async () => {
    lookInProject(folder!)
    await useBackend({ prefer: 'node', log: false })
    accelerateNative(layers)
  })

  const convolve = (pad: 'same' | 'valid' | number, activation?: 'relu') => (inputs: tf.Tensor[]) => {
    const [x, filter, bias, dy] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D, tf.Tensor4D]
    const attrs = {
      strides: [1, 1],
      pad,
      dataFormat: 'NHWC',
      dilations: [1, 1],
      dimRoundingMode: 'floor',
      useBias: true,
      activation,
    }
    const run = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
      tf.engine().runKernel('Conv2DLayer', { x, filter, bias }, attrs as never) as tf.Tensor
    const { value, grads } = tf.valueAndGrads((x, filter, bias) => run(x!, filter!, bias!))([x, filter, bias], dy)
    return [value, ...grads]
  }
  const pool = (size: number, strides: number) => (inputs: tf.Tensor[]) => {
    const [x, dy] = inputs as [tf.Tensor4D, tf.Tensor4D]
    // Many of a window are the largest.
    const { value, grads } = tf.valueAndGrads(x => tf.maxPool(tf.round(x!) as tf.Tensor4D, size, strides, 'valid'))([x], dy)
    return [value, ...grads, tf.maxPool(x, size, strides, 'valid')]
  }

  it.each<[string, number[][], (inputs: tf.Tensor[]) => tf.Tensor[]]>([
    ['divided by a constant', [[5, 7]], ([x]) => [tf.erf(tf.div(x!, Math.SQRT2))]],
    ['multiplied by two constants', [[5, 7]], ([x]) => [tf.mul(tf.mul(x!, 1 / 3), 0.1)]],
    ['added up one after the other', [[9], [9], [9]], ([x, y, z]) => [tf.add(tf.add(tf.add(x!, y!), z!), x!)]],
    ['a type that tfjs-node does not say', [[5, 7]], ([x]) => [tf.expandDims(tf.exp(x!), 1)]],
    ['no dimension at all', [[]], ([x]) => [tf.square(x!)]],
    ['convolution', [[8, 12, 12, 3], [3, 3, 3, 16], [16], [8, 10, 10, 16]], convolve('valid', 'relu')],
    ['convolution, padded', [[4, 9, 9, 16], [3, 3, 16, 5], [5], [4, 9, 9, 5]], convolve('same', 'relu')],
    ['convolution, padded by a number', [[4, 9, 9, 5], [3, 3, 5, 8], [8], [4, 11, 11, 8]], convolve(2)],
    [
      'the largest in windows',
      [
        [4, 12, 12, 5],
        [4, 6, 6, 5],
      ],
      pool(2, 2),
    ],
    [
      'the largest in windows that overlap',
      [
        [4, 11, 11, 5],
        [4, 5, 5, 5],
      ],
      pool(3, 2),
    ],
  ])('gives the same bits: %s', (_, shapes, work) => {
    const { again, usual, reason } = twice(shapes, work)
    expect(reason).toBeUndefined()
    expect(again).toEqual(usual)
  })

  it.each<[string, (x: tf.Tensor) => tf.Tensor[], RegExp]>([
    ['of what was there before', x => [tf.add(x, elsewhere)], /read from elsewhere/],
    ['of a large constant', x => [tf.add(x, tf.ones([30_000]))], /large constant/],
    ['where a result was given', x => [x, tf.square(x)], /was there before/],
    ['where two results are one', x => (([y]: tf.Tensor[]) => [y!, tf.clone(y!)])([tf.square(x)]), /same data/],
  ])('is none %s', (_, work, reason) => {
    const x = numbers([1], 1)
    elsewhere = numbers([1], 2)
    backend().getInputTensorIds([elsewhere])
    const recording = new StepRecording(backend(), [x])
    const made = tf.tidy(() => recording.during(() => work(x)))
    expect(recording.step(made)).toBeUndefined()
    expect(recording.reason).toMatch(reason)
    tf.dispose([x, elsewhere, made])
  })

  it('is none of thousands of operations, which would take minutes to be read', () => {
    const { reason } = twice([[2]], ([x]) => {
      let y = x!
      for (let i = 0; i < 4001; i++) y = tf.tidy(() => tf.neg(y))
      return [y]
    })
    expect(reason).toMatch(/so many operations/)
  })
})
