import { TabularDataBunch } from '@onecycle/data'
import { input, layers, model as modelOf, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { useCpu } from '../testing/tiny.js'
import { ClassificationInterpretation } from './classification-interpretation.js'
import { feature_importance } from './feature-importance.js'

beforeAll(useCpu)

const cities = ['Basel', 'Bern', 'Chur']
const rows = Array.from({ length: 30 }, (_, i) => ({ age: 20.5 + i, city: cities[i % 3]!, left: i % 2 ? 'yes' : 'no' }))

async function learner(): Promise<Learner> {
  const data = await TabularDataBunch.from_df(rows, { y: 'left', valid_pct: 0.3, bs: 7, seed: 2 })
  const [cats, conts] = [input({ shape: [1], name: 'cats', dtype: 'int32' }), input({ shape: [1], name: 'conts' })]
  const codes = layers.flatten().apply(layers.embedding({ inputDim: 4, outputDim: 2 }).apply(cats)) as SymbolicTensor
  const both = layers.concatenate().apply([codes, conts]) as SymbolicTensor
  const outputs = layers.dense({ units: 2 }).apply(both) as SymbolicTensor
  return new Learner(data, modelOf({ inputs: [cats, conts], outputs }), { metrics: 'accuracy', progress: false })
}

it('shows rows as they were before they became numbers', async () => {
  const learn = await learner()
  const interp = await ClassificationInterpretation.from_learner(learn)
  expect(interp.classes).toEqual(['no', 'yes'])
  const lines = (await interp.plot_top_losses(4, { show: false })).draw({ color: false, width: 80 }).split('\n')
  expect(lines[1]!.split(/\s+/)).toEqual(['sample', 'city', 'age', 'predicted', 'actual', 'probability', 'loss'])
  for (const line of lines.slice(3)) {
    const [, city, age, , actual] = line.split(/\s+/)
    expect(rows).toContainEqual({ age: Number(age), city, left: actual })
  }
})

it('names features by their columns', async () => {
  const { features } = await feature_importance(await learner(), { figure: 'accuracy', n_repeats: 1 })
  expect(features.map(({ feature }) => feature).sort()).toEqual(['age', 'city'])
})
