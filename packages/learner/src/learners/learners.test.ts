import { TabularDataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import { collab_learner } from './collab-learner.js'
import { tabular_learner } from './tabular-learner.js'

beforeAll(useCpu)

const quiet = { progress: false } as const

/** Who leaves depends on the city and the age together: no column by itself says it. */
function churn(n: number) {
  const random = new Random(3)
  return Array.from({ length: n }, () => {
    const [age, city] = [18 + random.int(60), ['Bern', 'Basel', 'Chur'][random.int(3)]!]
    return { age, city, left: age > 45 === (city === 'Bern') ? 'yes' : 'no', fee: age / 10 + (city === 'Chur' ? 5 : 0) }
  })
}

describe('tabular_learner', () => {
  it('learns classes, says what it chose, and leaves no tensor behind', async () => {
    const data = await TabularDataBunch.from_df(churn(400), {
      y: 'left',
      cat_names: ['city'],
      cont_names: ['age'],
      bs: 32,
      seed: 1,
    })
    const before = tf.memory().numTensors
    const lines: string[] = []
    const learn = tabular_learner(data, { layers: [16], seed: 1, log: line => lines.push(line), ...quiet })
    expect(lines).toEqual([
      'tabular_learner: city 4 x 3, 1 numbers; layers 16, 2; loss cross_entropy over 2 classes, metrics accuracy.',
    ])
    await learn.fit_one_cycle(12, 3e-2)
    expect(learn.recorder.history.metrics['accuracy']!.at(-1)).toBeGreaterThan(0.95)
    learn.dispose()
    ;(learn.model as unknown as { dispose(): void }).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('learns values', async () => {
    const data = await TabularDataBunch.from_df(churn(400), {
      y: 'fee',
      cat_names: ['city'],
      cont_names: ['age'],
      bs: 32,
      seed: 1,
    })
    const learn = tabular_learner(data, { layers: [16], seed: 1, log: false, emb_szs: { city: 2 }, y_range: [0, 14], ...quiet })
    await learn.fit_one_cycle(15, 3e-2)
    // Values spread by 2.9.
    expect(learn.recorder.history.metrics['rmse']!.at(-1)).toBeLessThan(0.5)
  })

  it('refuses embeddings of what is no category, and data of another kind', async () => {
    const data = await TabularDataBunch.from_df(churn(20), { y: 'left', cat_names: ['city'], cont_names: ['age'], bs: 4 })
    expect(() => tabular_learner(data, { emb_szs: { age: 3 } })).toThrow("emb_szs: 'age' is no category; there are city.")
    expect(() => tabular_learner({} as never)).toThrow('tabular_learner takes a TabularDataBunch')
    expect(() => tabular_learner(data, { layer: [3] } as never)).toThrow('Did you mean layers')
  })
})

describe('collab_learner', () => {
  it('finds who likes what', async () => {
    const random = new Random(5)
    const taste = Array.from({ length: 30 }, () => random.normal())
    const kinds = Array.from({ length: 20 }, () => random.normal())
    const ratings = taste.flatMap((own, user) =>
      kinds.flatMap((kind, item) =>
        random.uniform() < 0.6 ? [{ user: `u${user}`, item: `i${item}`, stars: 3 + own * kind }] : [],
      ),
    )
    const data = await TabularDataBunch.from_df(ratings, {
      ...{ y: 'stars', target: 'value', cat_names: ['user', 'item'], cont_names: [], bs: 16, seed: 1 },
    })
    const lines: string[] = []
    const learn = collab_learner(data, { n_factors: 4, y_range: [-2, 8], seed: 1, log: line => lines.push(line), ...quiet })
    expect(lines).toEqual(['collab_learner: user 31, item 21, 4 factors; loss mse, metrics rmse.'])
    await learn.fit_one_cycle(30, 0.05)
    const spread = Math.sqrt(ratings.reduce((sum, { stars }) => sum + (stars - 3) ** 2, 0) / ratings.length)
    expect(learn.recorder.history.metrics['rmse']!.at(-1)).toBeLessThan(spread / 2)
  })

  it('refuses data that are no ratings', async () => {
    const data = await TabularDataBunch.from_df(churn(20), { y: 'left', cat_names: ['city'], cont_names: ['age'], bs: 4 })
    expect(() => collab_learner(data)).toThrow(
      'collab_learner takes data of two categories, users and items, and one value, but this has the categories city, the numbers age, and classes of shape [].',
    )
  })
})
