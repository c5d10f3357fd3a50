import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it, test, vi } from 'vitest'
import { Learner } from '../learner.js'
import { expectClose } from '../testing/numerical.js'
import { points, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

type Methods = Record<string, (this: tf.Tensor, ...others: unknown[]) => tf.TensorContainer>

/** The methods of the umbrella package, from the modules by which it adds them. */
const originals: Methods = {}
const folder = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core')), 'public/chained_ops')
for (const file of readdirSync(folder).filter(name => /^(?!register_all).*\.js$/.test(name))) {
  const text = readFileSync(join(folder, file), 'utf8')
  const imported = [...text.matchAll(/^import \{ (.*) \} from/gm)].flatMap(([, names]) => names!.split(', '))
  const scope: object = { ...tf.util, ...tf, ...tf.image, getGlobalTensorClass: () => ({ prototype: originals }) }
  const run = new Function(...imported, text.replaceAll(/^import .*$/gm, ''))
  run(...imported.map(name => scope[name as keyof typeof scope]))
}

const names = Object.keys(originals)

const table = () => tf.tensor2d([0.2, 0.7, 0.4, 0.9, 0.1, 0.6], [2, 3])
const like = () => tf.tensor2d([0.3, 0.7, -1, 0.5, 2, 0.25], [2, 3])
const flags = () => tf.tensor2d([1, 0, 1, 1, 1, 0], [2, 3], 'bool')
const row = (...values: number[]) => tf.tensor1d(values)
const complex = () => tf.complex(table(), like())
const image = (size: number, channels = 1) => tf.tensor4d(filled(size * size * channels), [1, size, size, channels])
const filter = (...shape: number[]) => tf.tensor(filled(shape.reduce((product, size) => product * size)), shape)
const filled = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1))

/** Tensor and arguments, all that the method takes; of methods that take none, the table. */
const calls: Record<string, () => [tf.Tensor, ...unknown[]]> = {
  all: () => [flags(), 1, true],
  any: () => [flags(), 1, true],
  argMax: () => [table(), 1],
  argMin: () => [table(), 1],
  as2D: () => [table(), 3, 2],
  as3D: () => [table(), 3, 1, 2],
  as4D: () => [table(), 3, 1, 2, 1],
  as5D: () => [table(), 3, 1, 2, 1, 1],
  asScalar: () => [row(5)],
  asType: () => [like(), 'int32'],
  avgPool: () => [image(4), [2, 3], [1, 2], 1, 'floor'],
  batchNorm: () => [table(), row(1, 2, 3), row(3, 2, 1), row(4, 5, 6), row(7, 8, 9), 0.5],
  batchToSpaceND: () => [filter(4, 2, 2, 1), [2, 2], [[0, 1], [1, 0]]], // biome-ignore format: a pair of pairs
  broadcastTo: () => [row(1, 2, 3), [2, 3]],
  cast: () => [like(), 'int32'],
  clipByValue: () => [table(), 0.3, 0.6],
  concat: () => [table(), [like(), like()], 1],
  conv1d: () => [filter(2, 6, 3), filter(2, 3, 2), 1, 'valid', 'NWC', 2],
  conv2d: () => [image(5, 2), filter(2, 2, 2, 3), 1, 1, 'NHWC', [2, 1], 'floor'],
  conv2dTranspose: () => [image(3, 2), filter(2, 2, 3, 2), [1, 2, 2, 3], 1, 1, 'floor'],
  cumprod: () => [table(), 1, true, true],
  cumsum: () => [table(), 1, true, true],
  depthToSpace: () => [image(2, 4), 2, 'NHWC'],
  depthwiseConv2d: () => [image(5, 2), filter(2, 2, 2, 3), 1, 1, 'NHWC', [2, 1], 'floor'],
  dilation2d: () => [image(5, 2), filter(2, 2, 2), [1, 2], 'same', 1, 'NHWC'],
  dot: () => [table(), row(1, 2, 3)],
  euclideanNorm: () => [table(), 1, true],
  expandDims: () => [table(), 1],
  fft: () => [complex()],
  gather: () => [table(), tf.tensor2d([2, 0, 1, 1], [2, 2], 'int32'), 1, 1],
  ifft: () => [complex()],
  irfft: () => [complex()],
  leakyRelu: () => [like(), 0.3],
  localResponseNormalization: () => [image(2, 4), 1, 2, 3, 0.4],
  logSoftmax: () => [table(), 1],
  logSumExp: () => [table(), 1, true],
  logicalAnd: () => [flags(), row(1, 1, 0).cast('bool')],
  logicalNot: () => [flags()],
  logicalOr: () => [flags(), row(1, 0, 0).cast('bool')],
  logicalXor: () => [flags(), row(1, 0, 0).cast('bool')],
  matMul: () => [table(), filter(4, 2), true, true],
  max: () => [table(), 1, true],
  maxPool: () => [image(4), [2, 3], [1, 2], 1, 'floor'],
  mean: () => [table(), 1, true],
  min: () => [table(), 1, true],
  mirrorPad: () => [table(), [[1, 0], [0, 2]], 'reflect'], // biome-ignore format: a pair of pairs
  norm: () => [table(), 1, 1, true],
  oneHot: () => [row(1, 0, 2).cast('int32'), 3, 5, -5],
  pad: () => [table(), [[1, 0], [0, 2]], 7], // biome-ignore format: a pair of pairs
  pool: () => [image(4), [2, 3], 'max', 1, 1, [1, 2], 'floor'],
  prod: () => [table(), 1, true],
  reshape: () => [table(), [3, 2]],
  reshapeAs: () => [table(), filter(3, 2)],
  resizeBilinear: () => [image(3), [5, 4], false, true],
  resizeNearestNeighbor: () => [image(3), [5, 4], false, true],
  reverse: () => [table(), 1],
  separableConv2d: () => [image(5, 2), filter(2, 2, 2, 3), filter(1, 1, 6, 2), 1, 'valid', [2, 1], 'NHWC'],
  slice: () => [table(), [0, 1], [2, 2]],
  softmax: () => [table(), 1],
  spaceToBatchND: () => [image(4), [2, 2], [[1, 1], [2, 0]]], // biome-ignore format: a pair of pairs
  split: () => [table(), [1, 2], 1],
  squeeze: () => [filter(1, 2, 1), [2]],
  stack: () => [table(), [like(), like()], 1],
  step: () => [like(), 0.5],
  stridedSlice: () => [filter(4, 5), [3, 1], [1, 3], [-1, 2], 1, 2, 0, 0, 2],
  sum: () => [table(), 1, true],
  tile: () => [table(), [2, 1]],
  topk: () => [table(), 2, true],
  transpose: () => [filter(2, 3, 4), [1, 2, 0]],
  unique: () => [tf.tensor2d([1, 1, 2, 2, 2, 3], [2, 3]), 1],
  unsortedSegmentSum: () => [table(), row(1, 1).cast('int32'), 3],
  unstack: () => [table(), 1],
  where: () => [table(), flags(), like()],
}
const withOther =
  'add atan2 div divNoNan equal floorDiv greater greaterEqual less lessEqual maximum minimum mod mul notEqual pow prelu squaredDifference sub'
for (const name of withOther.split(' ')) calls[name] = () => [table(), like()]

describe('of the methods that the umbrella package adds', () => {
  test('there are those that this file knows', () => {
    expect(names.length).toBeGreaterThan(130)
    expect(names).toEqual(expect.arrayContaining(Object.keys(calls)))
  })

  test.each(names)('%s is one of a tensor, and does the same', name => {
    const method = (tf.Tensor.prototype as unknown as Methods)[name]!
    tf.tidy(() => {
      const [x, ...others] = calls[name]?.() ?? [table()]
      const own = told(method.call(x, ...others))
      expect(own).toEqual(told(originals[name]!.call(x, ...others)))
      expect(own.length).toBeGreaterThan(0)
      x.dispose()
      expect(() => method.call(x, ...others)).toThrow('Tensor is disposed')
    })
  })

  test.each([
    ['concat', (x: tf.Tensor, y: tf.Tensor) => x.concat(y)],
    ['stack', (x: tf.Tensor, y: tf.Tensor) => x.stack(y)],
  ])('%s takes one tensor as well', (name, call) => {
    tf.tidy(() => {
      const [x, y] = [table(), like()]
      expect(told(call(x, y))).toEqual(told(originals[name]!.call(x, y)))
    })
  })
})

/** Shape, type and values of each tensor in a result. */
function told(result: tf.TensorContainer) {
  const tensors = result instanceof tf.Tensor ? [result] : (Object.values(result as object) as tf.Tensor[])
  return tensors.map(tensor => ({ shape: tensor.shape, dtype: tensor.dtype, values: tensor.dataSync() }))
}

test('a method that is there already stays', async () => {
  const prototype = tf.Tensor.prototype as unknown as Methods
  const { abs, neg } = prototype
  const theirs = () => 'theirs'
  prototype['abs'] = theirs
  delete prototype['neg']
  try {
    vi.resetModules()
    await import('./tensor-methods.js')
    expect(prototype['abs']).toBe(theirs)
    expect(prototype['neg']).toBeTypeOf('function')
  } finally {
    Object.assign(prototype, { abs, neg })
  }
})

it.each([
  [4, 3],
  [3, 4],
])('an orthogonal %i x %i matrix is orthogonal', (rows, columns) => {
  const q = initializers.orthogonal({ seed: 1 } as never).apply([rows, columns]) as tf.Tensor2D
  const size = Math.min(rows, columns)
  const product = rows < columns ? tf.matMul(q, q, false, true) : tf.matMul(q, q, true, false)
  expect(product.shape).toEqual([size, size])
  expectClose(product.dataSync(), tf.eye(size).dataSync())
})

it.each([
  ['lstm', () => layers.lstm({ units: 3 })],
  ['gru', () => layers.gru({ units: 3 })],
])('a model with a %s layer trains', async (_, recurrent) => {
  const model = sequential({
    layers: [layers.reshape({ targetShape: [2, 1], inputShape: [2] }), recurrent(), layers.dense({ units: 2 })],
  })
  const { losses } = await new Learner(points(), model, { progress: false }).fit(3e-2, 15)
  const mean = (part: readonly number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length
  expect(mean(losses.slice(-2))).toBeLessThan(mean(losses.slice(0, 2)))
})

test('consoles and notebooks show type, shape and values', () => {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32')
  expect(inspect({ x })).toBe('{\n  x: Tensor int32 [2, 2]\n      [[1, 2],\n       [3, 4]]\n}')
  x.dispose()
  expect(inspect(x)).toBe('Tensor (disposed) int32 [2, 2]')
})
