// Alone: it has a backend webgpu that computes nothing.
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CountingDevice, registerCounting } from '../testing/counting-gpu.js'
import { quickenFilterGradient } from './filter-gradient.js'
import { divideProduct } from './filter-product.js'

const { findTool } = await import(new URL('../../../../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('webgpu') as { folder?: string; missing?: string }

it.each([
  { rows: 27, columns: 16, sum: 64 * 14 * 14, tiles: [1, 1], tile: [32, 16] },
  { rows: 9 * 64, columns: 128, sum: 512 * 32 * 32, tiles: [2, 9], tile: [64, 64] },
  { rows: 8, columns: 40, sum: 66 * 32 * 32, tiles: [1, 1], tile: [16, 64] },
  { rows: 27, columns: 8, sum: 81, tiles: [1, 1], tile: [32, 16] },
  { rows: 145, columns: 2, sum: 64 * 4 * 4, tiles: [1, 3], tile: [64, 16] },
])('divides $rows x $columns into parts that hold the whole sum of $sum', ({ rows, columns, sum, tiles, tile }) => {
  const { across, down, tileRows, tileColumns, steps, parts } = divideProduct(rows, columns, sum)
  expect([across, down]).toEqual(tiles)
  expect([tileRows, tileColumns]).toEqual(tile)
  expect(parts * steps * 16).toBeGreaterThanOrEqual(sum)
  expect((parts - 1) * steps * 16).toBeLessThan(sum)
  expect(parts > 1).toBe(sum > 1024)
})

describe.skipIf(missing !== undefined)(`the gradient of a filter${missing ? `, left out: ${missing}` : ''}`, () => {
  let device: CountingDevice
  beforeAll(async () => {
    device = registerCounting(folder!)
    await tf.setBackend('webgpu')
    quickenFilterGradient()
    quickenFilterGradient()
  })
  beforeEach(() => device.countAnew())

  type Shape4 = [number, number, number, number]

  function run(x: Shape4, filterShape: Shape4, dataFormat: 'NHWC' | 'NCHW' = 'NHWC'): number[] {
    const { outShape } = tf.backend_util.computeConv2DInfo(
      ...([x, filterShape, 1, 1, 'same', undefined, false] as const),
      dataFormat === 'NHWC' ? 'channelsLast' : 'channelsFirst',
    )
    return tf.tidy(() => {
      const inputs = { x: tf.zeros(x), dy: tf.zeros(outShape) }
      const attrs = { strides: 1, pad: 'same', dataFormat, filterShape }
      return tf.engine().runKernel(tf.Conv2DBackpropFilter, inputs, attrs as never) as unknown as tf.Tensor
    }).shape
  }

  it('is one program where the sum is too short to divide, else two', () => {
    expect(run([1, 9, 9, 3], [3, 3, 3, 8])).toEqual([3, 3, 3, 8])
    expect(device.counts.programs).toBe(1)
    device.countAnew()
    expect(run([8, 16, 16, 3], [3, 3, 3, 8])).toEqual([3, 3, 3, 8])
    expect(device.counts.programs).toBe(2)
  })

  it('leaves channels that come first to the stock kernel', () => {
    const { pipelines } = device.counts
    expect(run([1, 3, 9, 9], [3, 3, 3, 8], 'NCHW')).toEqual([3, 3, 3, 8])
    expect(device.counts).toMatchObject({ programs: 1, pipelines: pipelines + 1 })
  })
})
