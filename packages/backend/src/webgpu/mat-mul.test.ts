import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { numbers } from '../testing/compare.js'
import { matMul } from '../testing/definitions.js'
import { mendMatMul } from './mat-mul.js'

/** The cpu backend under another name, with WebGPU's mistake. */
beforeEach(async () => {
  tf.registerBackend('webgpu', () => new MathBackendCPU(), 0)
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const kernelFunc: tf.KernelFunc = args => {
      const b = args.inputs['b']
      if (!(b && args.attrs?.['transposeB'] && b.shape.at(-1)! >= 2000)) return kernel.kernelFunc(args)
      return kernel.kernelFunc({ ...args, inputs: { ...args.inputs, b: args.inputs['a']! } })
    }
    tf.registerKernel({ ...kernel, backendName: 'webgpu', kernelFunc })
  }
  await tf.setBackend('webgpu')
})
afterEach(() => {
  for (const { kernelName } of tf.getKernelsForBackend('webgpu')) tf.unregisterKernel(kernelName, 'webgpu')
  tf.removeBackend('webgpu')
})

it.each([
  ['long sums', 2000, [false, true], 1, false],
  ['long sums of both sides transposed', 2001, [true, true], 1, false],
  ['several long sums', 2000, [false, true], 2, true],
  ['short sums', 1999, [false, true], 1, false],
  ['long sums of what is not transposed', 2000, [true, false], 1, false],
] as const)('%s are those of their definition, and leave nothing behind', (_, inner, transposed, batches, shared) => {
  mendMatMul()
  mendMatMul()
  const { shapes, program, reference } = matMul(4, inner, 4, transposed, batches, shared)
  const before = { tensors: tf.memory().numTensors, data: tf.backend().numDataIds() }
  const values = shapes.map((shape, i) => numbers(tf.util.sizeFromShape(shape), i + 1))
  const found = tf.tidy(() => program(...values.map((each, i) => tf.tensor(each, shapes[i]))).dataSync())
  const expected = reference(...values.map(each => Float64Array.from(each)))
  expect(Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)))).toBeLessThan(1e-4)
  expect({ tensors: tf.memory().numTensors, data: tf.backend().numDataIds() }).toEqual(before)
})

it('products with a bias and an activation are mended, too', () => {
  const product = () =>
    tf.tidy(() => {
      const [a, b] = [tf.tensor(numbers(8000), [4, 2000]), tf.tensor(numbers(8000, 2), [4, 2000])] as tf.Tensor2D[]
      const fused = tf.fused.matMul({ a: a!, b: b!, transposeB: true, bias: tf.ones([4]), activation: 'relu' })
      return [fused.dataSync(), tf.relu(tf.add(tf.matMul(a!, tf.transpose(b!)), 1)).dataSync()] as const
    })
  const stock = product()
  expect(stock[0]).not.toEqual(stock[1])
  mendMatMul()
  const [fused, composed] = product()
  for (const [i, value] of composed.entries()) expect(fused[i]).toBeCloseTo(value, 3)
})
