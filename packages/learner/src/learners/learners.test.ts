import { kFold, TabularDataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { load_learner } from '../export/predictor.js'
import { ClassificationInterpretation } from '../interpret/classification-interpretation.js'
import { cross_validate } from '../interpret/cross-validate.js'
import { RegressionInterpretation } from '../interpret/regression-interpretation.js'
import { tabular_model } from '../model/tabular-model.js'
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

describe('tabular_learner of several kinds of targets', () => {
  const rows = churn(200).map(({ age, city, left, fee }, i) => {
    const tags = [age > 50 && 'old', city === 'Bern' && 'capital'].filter(Boolean).join(';')
    return { age, city, left, fee, tags: i % 7 ? tags : tags || null }
  })
  const inputs = { cat_names: ['city'], cont_names: ['age'], bs: 32, seed: 1 } as const

  it('has an output for each, with its loss and its metric, answers by names, exports, and leaves no tensor behind', async () => {
    const y = { fee: 'fee', left: 'left', tags: 'tags' }
    const data = await TabularDataBunch.from_df(rows, { ...inputs, y, label_delim: { tags: ';' } })
    const before = tf.memory().numTensors
    const lines: string[] = []
    const how = {
      layers: [16],
      seed: 1,
      loss_weights: { fee: 0.1 },
      y_range: { fee: [0, 14] },
      log: (line: string) => lines.push(line),
      ...quiet,
    } as const
    const learn = tabular_learner(data, how)
    expect(lines.at(-1)).toBe(
      'tabular_learner: city 4 x 3, 1 numbers; layers 16, fee 1 and left 2 and tags 2; loss 0.1 * mse of fee + cross_entropy of left + ' +
        'binary_cross_entropy of tags, metrics fee_loss, left_loss, tags_loss, fee_rmse, left_accuracy, tags_accuracy_thresh.',
    )
    await learn.fit_one_cycle(30, 3e-2)
    const { fee_rmse, left_accuracy, tags_accuracy_thresh } = await learn.validate()
    expect(fee_rmse).toBeLessThan(1)
    expect(left_accuracy).toBeGreaterThan(0.9)
    expect(tags_accuracy_thresh).toBeGreaterThan(0.9)
    const [row, others] = [
      { age: 70, city: 'Bern' },
      [
        { age: 20, city: 'Basel' },
        { age: null, city: 'Genf' },
      ],
    ]
    const answer = await learn.predict(row)
    expect(answer).toMatchObject({
      fee: { value: expect.closeTo(7, 0) },
      left: { label: 'yes' },
      tags: { labels: ['capital', 'old'] },
    })
    const loaded = await load_learner(await learn.exportFiles())
    const all = [answer, ...(await learn.predict(others))]
    for (const [i, theirs] of (await loaded.predict([row, ...others])).entries()) expect(theirs).toEqual(closeTo(all[i]))
    loaded.dispose()
    const interp = await ClassificationInterpretation.from_learner(learn, { head: 'left' })
    expect(
      interp
        .confusion_matrix()
        .flat()
        .reduce((sum, n) => sum + n),
    ).toBe(40)
    expect((await RegressionInterpretation.from_learner(learn, { head: 'fee' })).residuals).toHaveLength(40)
    const shown = (await learn.show_results({ n: 2, show: false })).draw({ color: false, width: 200 })
    expect(shown.split('\n')[1]!.split(/ {2,}/)).toEqual([
      ...['sample', 'city', 'age', 'fee predicted', 'fee actual', 'left predicted', 'left actual', 'left probability'],
      ...['tags predicted', 'tags actual', 'loss'],
    ])
    learn.dispose()
    ;(learn.model as unknown as { dispose(): void }).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('calls one output by its name, and says labels in a sentence', async () => {
    const lines: string[] = []
    const say = { layers: [8], seed: 1, log: (line: string) => lines.push(line), ...quiet }
    const one = tabular_learner(await TabularDataBunch.from_df(rows, { ...inputs, y: { price: 'fee' } }), say)
    expect((one.model as unknown as { outputNames: string[] }).outputNames).toEqual(['price'])
    const labels = await TabularDataBunch.from_df(rows, { ...inputs, y: 'tags', label_delim: ';' })
    const learn = tabular_learner(labels, say)
    expect(lines.at(-1)).toBe(
      'tabular_learner: city 4 x 3, 1 numbers; layers 8, 2; loss binary_cross_entropy over 2 labels, metrics accuracy_thresh.',
    )
    await learn.fit_one_cycle(8, 3e-2)
    expect(await learn.predict({ age: 70, city: 'Basel' })).toMatchObject({ labels: ['old'] })
    const { folds } = await cross_validate(kFold(200, 2, { seed: 1 }), async split => {
      const data = await TabularDataBunch.from_df(rows, { ...inputs, y: ['fee', 'left'], split })
      const learn = tabular_learner(data, { layers: [4], seed: 1, log: false, ...quiet })
      await learn.fit(1e-2, 1)
      return learn
    })
    expect(Object.keys(folds[1]!)).toEqual(['valid_loss', 'fee_loss', 'left_loss', 'fee_rmse', 'left_accuracy'])
  })

  it('gives back its inputs, in the units of the data', async () => {
    const data = await TabularDataBunch.from_df(rows, { ...inputs, y: 'x' })
    const learn = tabular_learner(data, { layers: [16, 4, 16], seed: 1, log: false, ...quiet })
    await learn.fit_one_cycle(20, 3e-2)
    const loaded = await load_learner(await learn.exportFiles())
    for (const each of [learn, loaded]) {
      const answer = (await each.predict({ age: 40, city: 'Chur' })) as unknown as {
        numbers: { value: number }
        city: { label: string }
      }
      expect(answer.city.label).toBe('Chur')
      expect(Math.abs(answer.numbers.value - 40)).toBeLessThan(8)
    }
  })

  it('predicts rows without targets, and refuses to learn from them, with nothing left behind', async () => {
    const learn = tabular_learner(await TabularDataBunch.from_df(rows, { ...inputs, y: 'fee' }), {
      layers: [4],
      log: false,
      ...quiet,
    })
    const none = await TabularDataBunch.from_df(rows, { ...inputs, y: null })
    const before = tf.memory().numTensors
    const { preds, targets } = await learn.get_preds(none.valid_dl!)
    expect([preds.shape, targets.shape]).toEqual([[40, 1], [0]])
    tf.dispose([preds, targets])
    expect(() => tabular_learner(none, quiet)).toThrow('The training data has no targets')
    expect(() => tabular_learner(none, { metrics: 'acuracy' as never, ...quiet })).toThrow()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses an output that is called as a layer of the model is', async () => {
    const data = await TabularDataBunch.from_df(rows, { ...inputs, y: { conts: 'fee', left: 'left' } })
    expect(() => tabular_learner(data, quiet)).toThrow('cannot have the outputs conts, left beside them')
    expect(() => tabular_model({ out_sz: { a: 1, b: 2 }, n_cont: 1, y_range: { c: [0, 1] } })).toThrow(
      "y_range of tabular_model has an entry 'c', but the outputs are a, b.",
    )
  })
})

/** As far as two ways of computing agree. */
function closeTo(value: unknown): unknown {
  if (typeof value === 'number') return expect.closeTo(value, 4)
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, closeTo(each)]))
}

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
