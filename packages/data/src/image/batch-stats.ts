import type { Tensor } from '@tensorflow/tfjs-core'
import { disposeOf } from '../batch.js'
import type { Dataset } from '../dataset.js'
import type { Stats } from './image-options.js'

/** Mean and standard deviation of each channel of some pictures, far apart in the data: as many as a batch. */
export async function batchStats(dataset: Dataset, channels: number, bs: number): Promise<Stats> {
  const n = Math.min(bs, dataset.length)
  const batch = await dataset.batch(Int32Array.from({ length: n }, (_, i) => Math.floor((i * dataset.length) / n)))
  const values = await (batch.xs as Tensor).data()
  disposeOf(batch)
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)]
  for (let i = 0; i < values.length; i++) {
    sums[i % channels]! += values[i]!
    squares[i % channels]! += values[i]! ** 2
  }
  const count = values.length / channels
  const mean = Array.from(sums, sum => sum / count)
  // A channel of one value has nothing to be divided by.
  const std = Array.from(squares, (sum, c) => Math.sqrt(Math.max(0, sum / count - mean[c]! ** 2)) || 1)
  return [mean, std]
}
