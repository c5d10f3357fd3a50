import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { numbers } from '../testing/compare.js'
import { mendMatMul } from './mat-mul.js'

// Results need a device: benchmarks/gpu.ts holds them against definitions in float64. Here: which program each product is given.

const flag = 'WEBGPU_MATMUL_PROGRAM_TYPE'
let chosen: number[] = []

/** The cpu backend under another name, which notes the program that WebGPU would run. */
beforeEach(async () => {
  chosen = []
  tf.env().registerFlag(flag, () => -1)
  tf.env().set(flag, -1)
  tf.registerBackend('webgpu', () => new MathBackendCPU(), 0)
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const kernelFunc: tf.KernelFunc = args => {
      if (args.inputs['b']) chosen.push(tf.env().getNumber(flag))
      return kernel.kernelFunc(args)
    }
    tf.registerKernel({ ...kernel, backendName: 'webgpu', kernelFunc })
  }
  await tf.setBackend('webgpu')
  mendMatMul()
  mendMatMul()
})
afterEach(() => {
  for (const { kernelName } of tf.getKernelsForBackend('webgpu')) tf.unregisterKernel(kernelName, 'webgpu')
  tf.removeBackend('webgpu')
})

const small = 2
const asWas = -1

it.each([
  { a: [64, 2000], b: [2000, 40], program: small, what: 'long sums' },
  { a: [2000, 64], b: [40, 2000], transposed: true, program: small, what: 'long sums of transposed sides' },
  { a: [64, 1999], b: [1999, 40], program: asWas, what: 'short sums' },
  { a: [8, 2000], b: [2000, 16], program: asWas, what: 'long sums, but few enough for another program' },
  { a: [192, 2000], b: [2000, 192], program: asWas, what: 'long sums, but many' },
])('$what', ({ a, b, transposed = false, program }) => {
  tf.tidy(() => tf.matMul(tf.zeros(a), tf.zeros(b), transposed, transposed))
  expect(chosen).toEqual([program])
  expect(tf.env().getNumber(flag)).toBe(-1)
})

it('products with a bias and an activation, likewise', () => {
  tf.tidy(() => {
    const [a, b] = [tf.tensor2d(numbers(64 * 2000), [64, 2000]), tf.tensor2d(numbers(40 * 2000, 2), [40, 2000])]
    tf.fused.matMul({ a, b, transposeB: true, bias: tf.ones([40]), activation: 'relu' })
  })
  expect(chosen[0]).toBe(small)
})

it('leaves a choice of the program alone', () => {
  tf.env().set(flag, 3)
  tf.tidy(() => tf.matMul(tf.zeros([64, 2000]), tf.zeros([2000, 40])))
  expect(chosen).toEqual([3])
  expect(tf.env().getNumber(flag)).toBe(3)
})

it('puts the choice back when a product fails', () => {
  const run = tf.getKernel(tf.BatchMatMul, 'webgpu')!.kernelFunc
  const info = (shape: number[]) => ({ dataId: {}, shape, dtype: 'float32' as const })
  expect(() => run({ inputs: { a: info([64, 2000]), b: info([2000, 40]) }, attrs: {}, backend: {} })).toThrow()
  expect(tf.env().getNumber(flag)).toBe(-1)
})
