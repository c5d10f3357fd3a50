import { DataBunch, SequenceDataBunch } from '@onecycle/data'
import { memory } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ValueAnswer } from '../export/answer.js'
import { load_learner } from '../export/predictor.js'
import { sequence_model } from '../model/sequence-model.js'
import { useCpu } from '../testing/tiny.js'
import { sequence_learner } from './sequence-learner.js'

beforeAll(useCpu)

const rows = Array.from({ length: 160 }, (_, hour) => ({ hour, load: 50 + 20 * Math.sin(hour / 3), holiday: hour % 7 === 0 }))
const options = { time: 'hour', y: 'load', lookback: 8, horizon: 2, bs: 16, seed: 1 } as const

describe('sequence_learner', () => {
  it('forecasts in the units of the data, says what it chose, and answers as its export does', async () => {
    const data = await SequenceDataBunch.from_df(rows, options)
    const said: string[] = []
    const learn = sequence_learner(data, { n_hid: 8, ps: 0, seed: 1, progress: false, log: line => void said.push(line) })
    expect(said[0]).toBe(
      'sequence_learner: 8 steps x 2 of load, holiday, conv of 8, 2 out; loss mse, metrics rmse in standard deviations.',
    )
    expect(learn.groups).toHaveLength(2)
    await learn.fit_one_cycle(15, 2e-2)
    const before = memory().numTensors
    // As it was two steps before is off by up to 12 of 40.
    expect((await learn.validate())['rmse']).toBeLessThan(0.25)
    const answer = (await learn.predict(rows.slice(100, 108))) as ValueAnswer
    const values = answer.value as Record<string, number>
    expect(Object.keys(values)).toEqual(['load +1', 'load +2'])
    expect(Math.abs(values['load +1']! - rows[108]!.load)).toBeLessThan(8)
    expect(memory().numTensors).toBe(before)
    const predictor = await load_learner(await learn.exportFiles())
    const exported = (await predictor.predict(rows.slice(90, 108))) as unknown as ValueAnswer
    for (const [name, value] of Object.entries(exported.value as Record<string, number>))
      expect(value).toBeCloseTo(values[name]!, 3)
    await expect(predictor.predict(rows.slice(0, 3))).rejects.toThrow('There are 3 rows, and the model sees the last 8')
    predictor.dispose()
    expect(memory().numTensors).toBe(before)
  })

  it('tells sounds apart, and reads by recurrent layers', async () => {
    const n = 24
    const x = Float32Array.from({ length: n * 300 }, (_, i) =>
      Math.sin(((i % 300) / 300) * 6.28 * (Math.floor(i / 300) % 2 === 0 ? 4 : 25)),
    )
    const y = Int32Array.from({ length: n }, (_, i) => i % 2)
    const data = DataBunch.from_arrays({ x, y, shape: [300, 1], valid: { x, y }, bs: 8, classes: ['low', 'high'], seed: 1 })
    const learn = sequence_learner(data, { n_hid: 4, seed: 1, progress: false, log: false })
    await learn.fit_one_cycle(10, 2e-2)
    expect((await learn.validate())['accuracy']).toBeGreaterThan(0.9)
    const short = await SequenceDataBunch.from_df(rows, { ...options, lookback: 3, stride: 4, bs: 8 })
    for (const arch of ['gru', 'lstm'] as const) {
      const reading = sequence_learner(short, { arch, n_hid: 3, seed: 1, progress: false, log: false })
      expect((await reading.fit(1e-2, 1)).reason).toBe('completed')
    }
  })

  it('refuses what are no sequences, and leaves nothing', async () => {
    const data = await SequenceDataBunch.from_df(rows, options)
    const before = memory().numTensors
    expect(() => sequence_learner(data, { metrics: ['accurate'] as never, log: false })).toThrow('accurate')
    expect(memory().numTensors).toBe(before)
    expect(() => sequence_learner(DataBunch.from_arrays({ x: [[1], [2]], y: [0, 1], bs: 1 }))).toThrow(
      'sequence_learner takes data whose samples are [steps, figures], such as a SequenceDataBunch, but got samples of shape [1].',
    )
    expect(() => sequence_model({ steps: 8, n_in: 1, out_sz: 1, arch: 'rnn' as never })).toThrow(
      /arch of sequence_model must be one of/,
    )
  })
})
