import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { RegressionInterpretation } from './regression-interpretation.js'

beforeAll(useCpu)

/** A Learner whose model doubles its inputs. */
function doubling(x: number[][], y: number[][]): Learner {
  const units = x[0]!.length
  const samples = { x, y: Float32Array.from(y.flat()) }
  const data = DataBunch.from_arrays({
    ...samples,
    targetShape: units === 1 ? [] : [units],
    valid: samples,
    bs: 2,
    target: 'value',
  })
  const model = sequential({ layers: [layers.dense({ units, inputShape: [units], useBias: false })] })
  model.setWeights([tf.mul(tf.eye(units), 2)])
  return new Learner(data, model, { progress: false })
}

it('knows what is left over, and what is worst', async () => {
  const learn = doubling([[1], [2], [3]], [[3], [4], [2]])
  const interp = await RegressionInterpretation.from_learner(learn)
  expect([...interp.residuals]).toEqual([1, 0, -4])
  expect([...interp.losses]).toEqual([1, 0, 16])
  expect(interp.top_losses(1)).toEqual([{ index: 2, loss: 16 }])
  const [, , , row] = (await interp.plot_top_losses(1, { show: false })).draw({ color: false, width: 60 }).split('\n')
  expect(row!.trim().split(/\s+/)).toEqual(['2', '3', '6', '2', '16.000'])
})

it('draws predicted over actual, and residuals over predicted', async () => {
  const interp = await RegressionInterpretation.from_learner(doubling([[1], [2], [3]], [[3], [4], [2]]))
  const [exact, samples] = interp.plot_predicted_actual({ show: false }).chart.panels[0]!.series
  expect(exact!.points).toEqual([[2, 2], [6, 6]]) // biome-ignore format: short
  expect(samples!.points).toEqual([[3, 2], [4, 4], [2, 6]]) // biome-ignore format: short
  const [zero, left] = interp.plot_residuals({ show: false }).chart.panels[0]!.series
  expect(zero!.points).toEqual([[2, 0], [6, 0]]) // biome-ignore format: short
  expect(left!.points).toEqual([[2, 1], [4, 0], [6, -4]]) // biome-ignore format: short
})

it('has a panel for each value of a sample, shows results, and leaves nothing behind', async () => {
  const learn = doubling([[1, 2], [3, 4]], [[2, 4], [5, 9]]) // biome-ignore format: short
  await RegressionInterpretation.from_learner(learn)
  const before = tf.memory().numTensors
  const interp = await RegressionInterpretation.from_learner(learn)
  const { panels } = interp.plot_residuals({ show: false }).chart
  expect(panels.map(({ title }) => title)).toEqual(['Residuals, value 0', 'Residuals, value 1'])
  expect(panels[1]!.series[1]!.points).toEqual([[4, 0], [8, 1]]) // biome-ignore format: short
  expect((await learn.show_results({ n: 1, show: false })).draw({ color: false, width: 70 })).toContain('2, 4')
  expect(tf.memory().numTensors).toBe(before)
})

it('refuses classes', async () => {
  await expect(RegressionInterpretation.from_learner(tinyLearner())).rejects.toThrow(
    /RegressionInterpretation got predictions of shape/,
  )
})
