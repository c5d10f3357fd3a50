import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { quickenFilterGradient } from './filter-gradient.js'

// The programs need a device: benchmarks/gpu.ts holds their results against definitions in float64. Here: what they are asked to do.

const stock = vi.fn(() => ({ dataId: {}, shape: [1], dtype: 'float32' as const }))
const runWebGPUProgram = vi.fn((program: { outputShape: number[]; dispatch: number[] }, _inputs: object[]) => ({
  dataId: { id: runWebGPUProgram.mock.calls.length },
  shape: program.outputShape,
  dtype: 'float32' as const,
}))
const disposeData = vi.fn()

beforeEach(() => {
  vi.clearAllMocks()
  tf.registerKernel({ kernelName: tf.Conv2DBackpropFilter, backendName: 'webgpu', kernelFunc: stock })
  quickenFilterGradient()
  quickenFilterGradient()
})
afterEach(() => tf.unregisterKernel(tf.Conv2DBackpropFilter, 'webgpu'))

type Shape4 = [number, number, number, number]

function run(x: Shape4, filterShape: Shape4, strides: number, dataFormat = 'NHWC'): tf.TensorInfo {
  const { outShape } = tf.backend_util.computeConv2DInfo(x, filterShape, strides, 1, 'same')
  const info = (shape: number[]) => ({ dataId: {}, shape, dtype: 'float32' as const })
  return tf.getKernel(tf.Conv2DBackpropFilter, 'webgpu')!.kernelFunc({
    inputs: { x: info(x), dy: info(outShape) },
    backend: { runWebGPUProgram, disposeData },
    attrs: { strides, pad: 'same', dataFormat, filterShape },
  }) as tf.TensorInfo
}

it.each([
  { x: [64, 28, 28, 3], filter: [3, 3, 3, 16], strides: 2, tiles: [1, 1], tile: [32, 16] },
  { x: [512, 32, 32, 64], filter: [3, 3, 64, 128], strides: 1, tiles: [2, 9], tile: [64, 64] },
  { x: [66, 32, 32, 8], filter: [1, 1, 8, 40], strides: 1, tiles: [1, 1], tile: [16, 64] },
] as const)('divides $filter over $x into parts that hold the whole sum', ({ x, filter, strides, tiles, tile }) => {
  const y = run([...x], [...filter], strides)
  expect(y.shape).toEqual(filter)
  const [[product, inputs, , uniforms], [sum, [partial]]] = runWebGPUProgram.mock.calls as unknown as [
    [{ dispatch: number[]; outputShape: number[]; shaderKey: string }, object[], string, { data: number[] }[]],
    [{ dispatch: number[]; outputShape: number[] }, tf.TensorInfo[]],
  ]
  const [across, down, parts] = product.dispatch as [number, number, number]
  expect([across, down]).toEqual(tiles)
  expect(product.shaderKey).toBe(`filterGradient_${tile[0]}_${tile[1]}`)
  const [{ shape }] = inputs.slice(1) as [tf.TensorInfo]
  const pixels = shape[0]! * shape[1]! * shape[2]!
  const steps = uniforms.at(-1)!.data[0]!
  expect(parts * steps * 16).toBeGreaterThanOrEqual(pixels)
  expect((parts - 1) * steps * 16).toBeLessThan(pixels)
  expect(product.outputShape).toEqual([parts, filter[0] * filter[1] * filter[2], filter[3]])
  expect(sum.dispatch[0]! * 64).toBeGreaterThanOrEqual(tf.util.sizeFromShape([...filter]))
  expect(disposeData.mock.calls).toEqual([[partial!.dataId]])
  expect(stock).not.toHaveBeenCalled()
})

it('a sum too short to divide is the result', () => {
  const y = run([1, 9, 9, 3], [3, 3, 3, 8], 1)
  expect(y).toMatchObject({ shape: [3, 3, 3, 8], dataId: { id: 1 } })
  expect(runWebGPUProgram).toHaveBeenCalledTimes(1)
  expect(disposeData).not.toHaveBeenCalled()
})

it('leaves channels that come first to the stock kernel', () => {
  run([1, 9, 9, 3], [3, 3, 3, 8], 1, 'NCHW')
  expect(stock).toHaveBeenCalledTimes(1)
  expect(runWebGPUProgram).not.toHaveBeenCalled()
})
