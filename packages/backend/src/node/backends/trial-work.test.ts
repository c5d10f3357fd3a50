import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { expect, it, vi } from 'vitest'
import { gradientKernelNames } from '../../wasm/compiled/kernel-names.js'
import { little, timesInTurns } from './trial-work.js'

it('measures backends in turns, and leaves nothing behind', async () => {
  tf.copyRegisteredKernels('cpu', 'twin')
  tf.registerBackend('twin', () => tf.findBackend('cpu'))
  const before = tf.memory().numTensors
  const set = vi.spyOn(tf.engine(), 'setBackend')
  const [first, second] = await timesInTurns(['cpu', 'twin'], { ...little, rounds: 2 })
  expect([first! > 0, second! > 0]).toEqual([true, true])
  expect(set.mock.calls.map(([name]) => name)).toEqual(['cpu', 'twin', 'cpu', 'twin'])
  expect(tf.memory().numTensors).toBe(before)
  set.mockRestore()
})

it('goes back through ReLU by the kernel that a fit would run, where there is one', async () => {
  tf.copyRegisteredKernels('cpu', 'third')
  tf.registerBackend('third', () => tf.findBackend('cpu'))
  const kernelFunc: tf.KernelFunc = ({ inputs }) => tf.mul(inputs['dy'] as tf.Tensor, tf.step(inputs['saved'] as tf.Tensor))
  const gradient = vi.fn(kernelFunc)
  tf.registerKernel({ kernelName: gradientKernelNames.relu, backendName: 'third', kernelFunc: gradient })
  await timesInTurns(['cpu', 'third'], little)
  expect(gradient).toHaveBeenCalledTimes(little.parts.length)
})
