import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential, metrics as stock } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { accuracy, accuracy_thresh, top_k_accuracy } from './classification.js'
import { AverageMetric, type Metric, type MetricFunction } from './metric.js'
import { R2Score } from './moments.js'
import { passMetrics } from './named-metric.js'
import { JaccardCoeff } from './overlap.js'
import { F1Score, FBeta } from './precision-recall.js'
import { APScoreBinary, RocAuc } from './ranking.js'
import { RootMeanSquaredError } from './regression.js'

beforeAll(useCpu)

const names = (metrics: unknown) => tinyLearner({ metrics: metrics as LearnerOptions['metrics'] }).metricNames

describe('metrics (keras-metrics 3)', () => {
  it.each([
    [['accuracy'], ['accuracy']],
    [['acc', 'sparseCategoricalAccuracy' as const].slice(0, 1), ['accuracy']],
    [
      ['mse', 'top_3_accuracy', 'rmse', 'error_rate'],
      ['mse', 'top_3_accuracy', 'rmse', 'error_rate'],
    ],
    [['mean_absolute_error'], ['mae']],
    ['accuracy', ['accuracy']],
    [accuracy, ['accuracy']],
    [new RootMeanSquaredError(), ['rmse']],
    [[top_k_accuracy], ['top_5_accuracy']],
    [[accuracy_thresh], ['accuracy_thresh']],
    [undefined, []],
    [['f1_macro', 'F1Score', 'roc_auc_score', 'AUC' as never].slice(0, 3), ['f1_macro', 'f1', 'roc_auc']],
    [
      ['mcc', 'MeanIoU', 'r2_score', 'perplexity', 'Precision'],
      ['matthews_corrcoef', 'jaccard_macro', 'r2', 'perplexity', 'precision'],
    ],
  ])('%o are %o', (given, expected) => {
    expect(names(given)).toEqual(expected)
  })

  it.each([
    [['acuracy'], "The option metrics holds 'acuracy'. Did you mean 'accuracy'? The names are accuracy, acc,"],
    [['f1_makro'], "holds 'f1_makro'. Did you mean 'f1_macro'?"],
    [[{ name: 'mine' }], "The option metrics holds { name: 'mine' }. It takes a list of functions"],
    [[RootMeanSquaredError], 'holds the class RootMeanSquaredError. Make one: new RootMeanSquaredError().'],
    [[stock.binaryAccuracy], 'holds tf.metrics.binaryAccuracy, which takes the targets first'],
    [[undefined], 'holds undefined.'],
    [[Promise.resolve(accuracy)], 'holds a promise.'],
    [{ accuracy }, 'holds { accuracy: the function accuracy }.'],
  ])('%o are refused', (given, words) => {
    expect(() => names(given)).toThrow(words)
    expect(() => names(given)).toThrow(TypeError)
  })

  it.each(['__proto__', 'constructor', 'toString', 'epoch', 'time', 'train_loss'])('none is called %s', name => {
    expect(() => names([new AverageMetric(accuracy, name)])).toThrow(/new AverageMetric\(metric, 'name'\)/)
  })
})

describe('metrics of whole passes by name', () => {
  const learner = (metrics: unknown, more: object = {}) =>
    tinyLearner({ metrics: metrics as LearnerOptions['metrics'], seed: 1, ...more })
  const all = Object.keys(passMetrics)

  it('are what the classes say, are loaded with the first batch, and leave nothing behind', async () => {
    const by = { f1: new F1Score(), f2: new FBeta({ beta: 2 }), roc_auc: new RocAuc(), average_precision: new APScoreBinary(), jaccard_macro: new JaccardCoeff({ average: 'macro' }), r2: new R2Score() } // biome-ignore format: a table
    const names = learner(Object.keys(by).filter(name => name !== 'r2'))
    await names.fit(1e-2, 1)
    const before = tf.memory().numTensors
    const theirs = await names.validate()
    expect(tf.memory().numTensors).toBe(before)
    const classes = new Learner(names.data, names.model, { metrics: Object.values(by).slice(0, -1), progress: false })
    expect(Object.values(await classes.validate())).toEqual(Object.values(theirs))
    expect(names.betterOf('f1')).toBe('higher')
    expect(learner(['perplexity']).betterOf('perplexity')).toBe('lower')
  })

  it.each(all.filter(name => !/^(r2|explained_variance|rmse|rootMeanSquaredError)$/.test(name)))(
    '%s has a figure of classes',
    async name => {
      const [, value] = Object.values(await learner(name).validate())
      expect(value).toBeGreaterThanOrEqual(-1)
    },
  )

  it('measure values, a unit that says yes or no, weights, and several outputs', async () => {
    const x = [[0], [1], [2], [3]]
    const of = (y: ArrayLike<number>, more: object = {}) =>
      DataBunch.from_arrays({ x, y: y as Float32Array, valid: { x, y: y as Float32Array, ...more }, bs: 2, ...more })
    const one = () => sequential({ layers: [layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' })] })
    const values = new Learner(of(Float32Array.of(0, 1, 2, 4)), one(), {
      metrics: ['r2', 'explained_variance', 'rmse'],
      progress: false,
    })
    const { r2, explained_variance, rmse } = await values.validate()
    expect([r2, explained_variance, rmse]).toEqual([1 - 1 / 8.75, 1 - 0.75 / 8.75, 0.5].map(value => expect.closeTo(value)))
    const yes = new Learner(of(Int32Array.of(0, 1, 1, 1), { weights: [1, 2, 1, 1] }), one(), {
      metrics: ['recall', 'roc_auc'],
      progress: false,
    })
    expect(await yes.validate()).toMatchObject({ recall: 1, roc_auc: 1 })
  })
})

/** How many steps were made before a fit with this metric ended, and how it did. */
async function attempt(metric: unknown, options: LearnerOptions = {}) {
  const steps: number[] = []
  const learn = tinyLearner({
    metrics: metric as MetricFunction,
    callbacks: { after_step: ({ iter }) => void steps.push(iter) },
    ...options,
  })
  const weights = await learn.getWeights()
  const before = tf.memory().numTensors
  const error = await learn.fit(1e-2, 1).then(
    () => undefined,
    (error: Error) => error,
  )
  return { error, steps: steps.length, learn, weights, left: tf.memory().numTensors - before }
}

describe('a metric that does not fit', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'a value for each sample',
      (pred: tf.Tensor) => tf.argMax(pred, -1),
      /metric best_class gave a tensor of shape \[4\] for a batch/,
    ],
    ['nothing', () => undefined, /metric best_class gave undefined/],
    ['a promise', async () => 1, /metric best_class gave a promise/],
    ['a failure', (pred: tf.Tensor) => tf.matMul(pred, pred), /metric best_class fails on predictions of shape \[4,2\]/],
  ])('is refused before the first step: %s', async (_, compute, words) => {
    const best_class = Object.defineProperty(compute as MetricFunction, 'name', { value: 'best_class' })
    const { error, steps, left, learn, weights } = await attempt([accuracy, best_class])
    expect(error?.message).toMatch(words)
    expect(steps).toBe(0)
    expect(left).toBe(0)
    const kernel = '0.kernel'
    expect((await learn.getWeights())[kernel]).toEqual(weights[kernel])
  })

  it('is refused before the first step where it gathers', async () => {
    const squares = await attempt(new RootMeanSquaredError())
    expect(squares).toMatchObject({ steps: 0, left: 0 })
    expect(squares.error?.message).toMatch(/The metric rmse fails on predictions of shape \[4,2\]/)
    const silent = { name: 'silent', reset() {}, accumulate() {}, value: undefined } as unknown as Metric
    expect((await attempt([silent])).error?.message).toMatch(/The metric silent has the value undefined after a batch/)
  })

  it('says so of a single unit whose meaning is not known', async () => {
    const data = DataBunch.from_arrays({ x: [[1], [2]], y: [0.1, 0.2], valid: { x: [[1]], y: [0.1] }, target: 'value', bs: 2 })
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] })
    const learn = new Learner(data, model, { metrics: accuracy, progress: false })
    await expect(learn.fit(1e-3, 1)).rejects.toThrow(/accuracy got predictions of shape \[2,1\].*2 classes or more/)
    expect(learn.train_iter).toBe(0)
  })
})

describe('the trial of the metrics', () => {
  it('happens once, and leaves no trace in the figures', async () => {
    const calls: number[] = []
    function size(pred: tf.Tensor) {
      calls.push(pred.shape[0]!)
      return pred.shape[0]!
    }
    const { learn, left } = await attempt(size)
    // 4 samples of the first training batch, and 4 of the validation set.
    expect(calls).toEqual([4, 4])
    expect(learn.recorder.history.metrics).toEqual({ size: [4] })
    await learn.fit(1e-2, 1)
    expect(calls).toEqual([4, 4, 4])
    expect(learn.bus.callbacks.map(({ name }) => name)).not.toContain('MetricTrial')
    expect(left).toBeGreaterThanOrEqual(0)
  })

  it('does not take targets of a callback for those of validation', async () => {
    const labels = (_: tf.Tensor, target: tf.Tensor) => {
      if (target.rank !== 1) throw new Error('these are no labels')
      return tf.scalar(1)
    }
    const soft = {
      before_batch(learn: Learner) {
        if (learn.training) learn.yb = tf.cast(tf.oneHot(learn.yb as tf.Tensor1D, 2), 'float32')
      },
    }
    expect(await attempt(labels, { callbacks: soft })).toMatchObject({ error: undefined })
  })

  it('is left out of a search for the rate', async () => {
    const labels = () => 'no number'
    const learn = tinyLearner({ metrics: labels as never })
    expect((await learn.lr_find({ num_it: 3 })).lrs).toHaveLength(3)
  })
})
