import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useKernels } from '../testing/compare.js'
import { registerTrainingKernels, restoreStockKernels, trainingKernel, trainingKernels } from './index.js'
import { composedKernels } from './internal.js'

describe('training kernels', () => {
  beforeAll(() => tf.setBackend('wasm'))
  afterEach(() => useKernels('compiled'))

  it('completes what training needs', () => {
    restoreStockKernels()
    const missing = () =>
      [
        'Conv2DBackpropFilter',
        'DepthwiseConv2dNativeBackpropFilter',
        'DepthwiseConv2dNativeBackpropInput',
        'UnsortedSegmentSum',
      ].filter(name => !tf.getKernel(name, 'wasm'))
    expect(missing()).toHaveLength(4)
    registerTrainingKernels(composedKernels)
    expect(missing()).toHaveLength(0)
  })

  it('replaces one kernel by name, and leaves the others', () => {
    useKernels('composed')
    let calls = 0
    const original = composedKernels.find(kernel => kernel.kernelName === 'Identity')!
    const counted = trainingKernel<{ x: tf.TensorInfo }, undefined>('Identity', 'compiled', args => {
      calls++
      return original.kernelFunc(args as never)
    })
    registerTrainingKernels([counted])
    tf.tidy(() => tf.clone(tf.tensor([1])))
    expect(calls).toBe(1)
    const compiled = trainingKernels().filter(kernel => kernel.origin === 'compiled')
    expect(compiled.map(kernel => kernel.kernelName)).toEqual(['Identity'])
    expect(trainingKernels()).toHaveLength(composedKernels.length)
  })

  it('puts the stock kernels back', () => {
    const shared = tf.getKernel('Identity', 'wasm').kernelFunc
    restoreStockKernels()
    expect(tf.getKernel('Identity', 'wasm').kernelFunc).not.toBe(shared)
    expect(trainingKernels()).toEqual([])
    expect(tf.tidy(() => Array.from(tf.clone(tf.tensor([1, 2])).dataSync()))).toEqual([1, 2])
  })
})
