import { DataBunch } from '@onecycle/data'
import { memory } from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mse } from '../loss/regression.js'
import { useCpu } from '../testing/tiny.js'
import { copyStates } from './layer-states.js'
import { layersOf } from './layers.js'

beforeAll(useCpu)

const recurrent = { units: 2, stateful: true, batchInputShape: [4, 3, 1] }

describe.each([
  ['lstm', () => layers.lstm(recurrent), [3, 1], 2],
  ['gru', () => layers.gru(recurrent), [3, 1], 2],
  ['simpleRNN', () => layers.simpleRNN(recurrent), [3, 1], 2],
  [
    'rnn of stacked cells',
    () => layers.rnn({ ...recurrent, cell: [layers.gruCell({ units: 2 }), layers.lstmCell({ units: 3 })] }),
    [3, 1],
    3,
  ],
  [
    'bidirectional',
    () => layers.bidirectional({ layer: layers.lstm(recurrent) as never, batchInputShape: [4, 3, 1] } as never),
    [3, 1],
    4,
  ],
  [
    'convLstm2d',
    () => layers.convLstm2d({ filters: 2, kernelSize: 2, stateful: true, batchInputShape: [4, 2, 3, 3, 1] } as never),
    [2, 3, 3, 1],
    8,
  ],
] as const)('the states of a stateful %s', (_, make, shape, units) => {
  const learner = () => {
    const model = sequential({ layers: [make(), layers.reshape({ targetShape: [units] }), layers.dense({ units: 1 })] })
    const size = shape.reduce<number>((a, b) => a * b, 1)
    const x = Float32Array.from({ length: 8 * size }, (_, i) => Math.sin(i))
    const data = DataBunch.from_arrays({ x, shape: [...shape], y: new Float32Array(8).fill(1), bs: 4, seed: 1 })
    return new Learner(data, model, { loss: mse, progress: false })
  }

  it('come back after lr_find, and nothing is kept of past batches', async () => {
    const learn = learner()
    await learn.fit(1e-3, 1)
    const before = await copyStates(learn.model)
    expect(before.flat(2).some(({ values }) => values.some(value => value !== 0))).toBe(true)
    const tensors = memory().numTensors
    await learn.lr_find({ num_it: 10 })
    expect(await copyStates(learn.model)).toEqual(before)
    expect(memory().numTensors).toBe(tensors)
    await learn.fit(1e-3, 2)
    expect(memory().numTensors).toBe(tensors)
    expect(await copyStates(learn.model)).not.toEqual(before)
    const again = await copyStates(learn.model)
    await learn.validate(learn.data.train_dl)
    ;(await learn.get_preds(learn.data.train_dl)).preds.dispose()
    expect(await copyStates(learn.model)).toEqual(again)
    const kept = layersOf(learn.model).flatMap(layer => (layer as { keptStates?: unknown[] }).keptStates ?? [])
    expect(kept).toEqual([])
  })
})
