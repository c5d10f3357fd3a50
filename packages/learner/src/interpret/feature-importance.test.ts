import { type Batch, DataBunch, type Dataset } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { input, layers, model as modelOf, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { AverageMetric } from '../metric/metric.js'
import { R2Score } from '../metric/moments.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { feature_importance } from './feature-importance.js'
import { permuted } from './permuted.js'

beforeAll(useCpu)

const n = 40
const x = Float32Array.from({ length: 2 * n }, (_, i) => (i * 7919) % 13)

/** A Learner whose model is exactly right, by the first number alone. */
function threefold(): Learner {
  const y = Float32Array.from({ length: n }, (_, i) => 3 * x[2 * i]!)
  const data = DataBunch.from_arrays({ x, y, shape: [2], valid: { x, y }, bs: 16 })
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2], useBias: false })] })
  model.setWeights([tf.tensor2d([[3], [0]])])
  return new Learner(data, model, { metrics: [new R2Score(), new AverageMetric(() => 1, 'one')], progress: false })
}

it('is what the loss loses without the feature, in the same orders again', async () => {
  const { baseline, features } = await feature_importance(threefold(), { n_repeats: 3, seed: 4 })
  const random = new Random(4).fork('feature_importance')
  const losses = [0, 1, 2].map(() => {
    const order = random.permutation(n)
    return Array.from(order, (other, i) => (3 * (x[2 * other]! - x[2 * i]!)) ** 2).reduce((a, b) => a + b) / n
  })
  const mean = losses.reduce((a, b) => a + b) / 3
  expect(baseline).toBe(0)
  expect(features.map(({ feature }) => feature)).toEqual(['x[0]', 'x[1]'])
  expect(features[0]!.importance).toBeCloseTo(mean, 3)
  expect(features[0]!.std).toBeCloseTo(Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / 3), 3)
  expect(features[1]).toEqual({ feature: 'x[1]', importance: 0, std: 0 })
})

it('counts what a metric loses, whichever way it is better, and names features', async () => {
  const options = { figure: 'r2_score', features: ['weight', 'noise'], n_repeats: 2 }
  const importance = await feature_importance(threefold(), options)
  expect(importance.baseline).toBe(1)
  expect(importance.features[0]!.feature).toBe('weight')
  // Of what is predicted by another sample, the error is twice the variance: the share that is accounted for falls from 1 to about -1.
  expect(importance.features[0]!.importance).toBeCloseTo(2, 0)
  expect(importance.plot({ show: false }).draw({ color: false, width: 60 })).toMatch(/weight ┤/)
  expect(importance.plot({ show: false, most: 1 }).draw({ color: false, width: 60 })).not.toContain('noise')
})

it('takes several inputs by name, and others than flat ones as a whole', async () => {
  const inputs = { age: x.slice(0, n), image: Float32Array.from({ length: n * 4 }, (_, i) => i % 5) }
  const y = inputs.age
  const data = DataBunch.from_arrays({ x: inputs, y, shape: { age: [1], image: [2, 2, 1] }, valid: { x: inputs, y }, bs: 16 })
  const [age, image] = [input({ shape: [1], name: 'age' }), input({ shape: [2, 2, 1], name: 'image' })]
  const flat = layers.flatten().apply(image) as SymbolicTensor
  const both = layers.concatenate().apply([age, flat]) as SymbolicTensor
  const learn = new Learner(
    data,
    modelOf({ inputs: [age, image], outputs: layers.dense({ units: 1 }).apply(both) as SymbolicTensor }),
    { progress: false },
  )
  const before = tf.memory().numTensors
  const { features } = await feature_importance(learn, { n_repeats: 1 })
  expect(features.map(({ feature }) => feature).sort()).toEqual(['age', 'image'])
  expect(tf.memory().numTensors).toBe(before)
})

it('a permuted data set has all else of its own', () => {
  const dataset = threefold().data.valid_ds!
  const order = Int32Array.from({ length: n }, (_, i) => n - 1 - i)
  const mixed: Dataset = permuted(dataset, { name: 'x[1]', input: 0, column: 1 }, order)
  const { xs, ys } = mixed.batch(Int32Array.of(0, 5)) as Batch
  expect((xs as tf.Tensor).arraySync()).toEqual([
    [x[0], x[2 * (n - 1) + 1]],
    [x[10], x[2 * (n - 6) + 1]],
  ])
  expect(Array.from((ys as tf.Tensor).dataSync())).toEqual([3 * x[0]!, 3 * x[10]!])
  expect(mixed.length).toBe(n)
  expect(mixed.inputShape).toEqual([2])
})

describe('refused', () => {
  it.each([
    [{ figure: 'valid_los' }, /no figure 'valid_los'. Did you mean valid_loss\?/],
    [{ figure: 'one' }, /one does not say which way it is better/],
    [{ features: ['a'] }, /1 names, but there are 2 features: x\[0\], x\[1\]/],
    [{ n_repeats: 0 }, /n_repeats must be a whole number/],
    [{ repeats: 2 }, /has no option repeats/],
    [{ dl: (async function* () {})() }, /feature_importance got/],
  ])('%o', async (options, words) => {
    await expect(feature_importance(threefold(), options as never)).rejects.toThrow(words)
  })

  it('what is no Learner', async () => {
    await expect(feature_importance(tinyLearner().model as never)).rejects.toThrow(/feature_importance takes a Learner, but got/)
  })
})
