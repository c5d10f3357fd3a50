import { readFileSync } from 'node:fs'
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { input, layers, model as modelOf, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Learner } from '../learner.js'
import { binary_cross_entropy } from '../loss/binary-cross-entropy.js'
import { cross_entropy } from '../loss/cross-entropy.js'
import { points, tinyLearner, useCpu } from '../testing/tiny.js'
import { ClassificationInterpretation } from './classification-interpretation.js'
import { RegressionInterpretation } from './regression-interpretation.js'

beforeAll(useCpu)
afterEach(() => vi.restoreAllMocks())

const file = new URL('../../fixtures/sklearn_metrics.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8'))

/** A Learner whose model gives its inputs as logits. */
function asGiven(pred: number[][], target: number[], options: { weights?: number[]; classes?: string[] } = {}): Learner {
  const units = pred[0]!.length
  const [x, y] = [pred, Int32Array.from(target)]
  const { classes = Array.from({ length: Math.max(2, units) }, (_, i) => `c${i}`), weights } = options
  const samples = { x, y, ...(weights && { weights }) }
  const data = DataBunch.from_arrays({ ...samples, valid: samples, bs: 2, valid_bs: 16, classes })
  const model = sequential({ layers: [layers.dense({ units, inputShape: [units], useBias: false })] })
  model.setWeights([tf.eye(units)])
  return new Learner(data, model, { progress: false })
}

const of = (learn: Learner) => ClassificationInterpretation.from_learner(learn)

function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-6 * Math.max(1, value))
}

describe.each(['plain', 'weighted'] as const)('as scikit-learn, %s', how => {
  const { pred, target, weights, looked_at } = cases.five
  const learn = () => asGiven(pred, target, how === 'weighted' ? { weights } : {})

  it('confusion matrix', async () => {
    expectNear((await of(learn())).confusion_matrix().flat(), looked_at[how].confusion.flat())
  })

  it('classification report', async () => {
    const { classes, accuracy, macro, weighted } = (await of(learn())).classification_report()
    const { 'macro avg': m, 'weighted avg': w, accuracy: share, ...each } = looked_at[how].report
    expectNear([accuracy!], [share])
    for (const [i, row] of Object.values(classes).entries()) expectNear(Object.values(row), Object.values(each[i]))
    expectNear(Object.values(macro), Object.values(m))
    expectNear(Object.values(weighted), Object.values(w))
  })

  it('calibration', async () => {
    const interp = await of(learn())
    expectNear([interp.calibration_error()], [looked_at[how].calibration_error])
    if (how === 'plain')
      expectNear(
        interp.calibration().flatMap(({ confidence, accuracy }) => [confidence, accuracy]),
        looked_at.calibration.flat(),
      )
  })
})

it('draws the curves of scikit-learn', async () => {
  const { pred, target, weights, curves } = cases.binary
  const interp = await of(asGiven(pred, target, { weights, classes: ['no', 'yes'] }))
  const [chance, roc] = interp.plot_roc({ show: false }).chart.panels[0]!.series
  expect(chance!.name).toBe('chance')
  expect(roc!.name).toMatch(/^0\.\d{3} \(yes\)$/)
  // Points of samples that weigh nothing are the same twice here.
  const distinct = (points: number[][]) =>
    points.filter(([x, y], i) => i === 0 || x !== points[i - 1]![0] || y !== points[i - 1]![1])
  expectNear(distinct(roc!.points).flat(), distinct(curves.roc).flat())
  const { subtitle, panels } = interp.plot_precision_recall({ show: false }).chart
  expect(subtitle).toMatch(/^average precision, of yes: 0\.\d{3}$/)
  const [precision] = panels[0]!.series
  const drawn = new Set(precision!.points.map(([recall, precision]) => `${precision.toFixed(6)} ${recall.toFixed(6)}`))
  // The last one is scikit-learn's own: a precision of 1 where nothing is found.
  for (const [precision, recall] of curves.precision_recall.slice(0, -1))
    expect(drawn).toContain(`${precision.toFixed(6)} ${recall.toFixed(6)}`)
})

describe('the classes that are confused', () => {
  const pred = [
    [5, 0, 0],
    [5, 0, 0],
    [0, 5, 0],
    [0, 0, 5],
    [0, 5, 0],
    [0, 5, 0],
  ]
  const learn = () => asGiven(pred, [0, 1, 1, 1, 2, 2], { classes: ['cat', 'dog', 'bird'] })

  it('are pairs of actual and predicted, the most frequent first', async () => {
    const interp = await of(learn())
    expect(interp.most_confused()).toEqual([
      ['bird', 'dog', 2],
      ['dog', 'cat', 1],
      ['dog', 'bird', 1],
    ])
    expect(interp.most_confused(2)).toEqual([['bird', 'dog', 2]])
  })

  it('are drawn in counts or in shares, under their names', async () => {
    const interp = await of(learn())
    const counts = interp.plot_confusion_matrix({ show: false }).draw({ color: false, width: 60 })
    expect(counts).toMatch(/cat ┤\s+1\s+0\s+0/)
    expect(counts).toMatch(/bird ┤\s+0\s+2\s+0/)
    const shares = interp.plot_confusion_matrix({ show: false, normalize: true }).draw({ color: false, width: 60 })
    expect(shares).toMatch(/dog ┤\s+0\.33\s+0\.33\s+0\.33/)
  })

  it('are told of in a table', async () => {
    const written: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation(text => Boolean(written.push(String(text))))
    ;(await of(learn())).print_classification_report()
    const lines = written.join('').split('\n')
    expect(lines[0]!.trim().split(/\s+/)).toEqual(['precision', 'recall', 'f1-score', 'support'])
    expect(lines[2]!.trim().split(/\s+/)).toEqual(['cat', '0.50', '1.00', '0.67', '1'])
    expect(
      lines
        .find(line => line.includes('accuracy'))!
        .trim()
        .split(/\s+/),
    ).toEqual(['accuracy', '0.33', '6'])
  })
})

describe('top losses', () => {
  const pred = [
    [0, 1],
    [4, 0],
    [0, 2],
    [3, 0],
  ]
  it('are those of the loss function, the highest first', async () => {
    const interp = await of(asGiven(pred, [0, 1, 0, 0]))
    const losses = [1, 4, 2, -3].map(difference => Math.log(1 + Math.exp(difference)))
    expectNear([...interp.losses], losses)
    expect(interp.top_losses(2).map(({ index }) => index)).toEqual([1, 2])
    expect(interp.top_losses(9, { largest: false }).map(({ index }) => index)).toEqual([3, 0, 2, 1])
    const drawn = (await interp.plot_top_losses(2, { show: false })).draw({ color: false, width: 70 }).split('\n')
    expect(drawn[1]!.split(/\s+/)).toEqual(['sample', 'x[0]', 'x[1]', 'predicted', 'actual', 'probability', 'loss'])
    expect(drawn[3]!.split(/\s+/)).toEqual(['1', '4', '0', 'c0', 'c1', '0.98', '4.018'])
    expect(drawn[4]!.split(/\s+/)).toEqual(['2', '0', '2', 'c1', 'c0', '0.88', '2.127'])
  })

  it('are known of a loss that gives the mean alone', async () => {
    const mean = tinyLearner({ loss: (x, y) => cross_entropy(x, y), metrics: [] })
    const each = new Learner(mean.data, mean.model, { loss: cross_entropy, progress: false })
    const [a, b] = [await of(mean), await of(each)]
    expectNear([...a.losses], [...b.losses])
  })

  it('of pictures are pictures', async () => {
    const [x, y] = [Float32Array.from({ length: 3 * 16 }, (_, i) => i / 48), Int32Array.of(0, 1, 1)]
    const data = DataBunch.from_arrays({ x, y, shape: [4, 4, 1], bs: 2, valid: { x, y }, classes: ['dark', 'bright'] })
    const model = sequential({
      layers: [layers.flatten({ inputShape: [4, 4, 1] }), layers.dense({ units: 2, kernelInitializer: 'zeros' })],
    })
    const plot = await (await of(new Learner(data, model, { progress: false }))).plot_top_losses(3, { show: false })
    expect(plot.draw({ color: false, width: 60 })).toContain('actual bright')
    expect(await plot.svg()).toContain('xlink:href="data:image/png;base64,')
  })
})

it('tells of each of several labels, and of no confusion between them', async () => {
  const { pred, target, expected } = cases.labels
  const y = Float32Array.from((target as number[][]).flat())
  const data = DataBunch.from_arrays({ x: pred, y, targetShape: [3], valid: { x: pred, y }, bs: 16 })
  const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [3], useBias: false })] })
  model.setWeights([tf.eye(3)])
  const interp = await of(new Learner(data, model, { loss: binary_cross_entropy, progress: false }))
  const { macro, micro, accuracy } = interp.classification_report()
  expect(accuracy).toBeUndefined()
  expectNear([macro.precision, micro.recall], [expected.plain['precision macro'], expected.plain['recall micro']])
  expect(() => interp.confusion_matrix()).toThrow(/confusion_matrix is of classes.*3 labels is a yes or no/)
  expect(interp.plot_roc({ show: false }).chart.panels[0]!.series).toHaveLength(4)
  expect(await interp.plot_top_losses(2, { show: false })).toBeDefined()
})

it('looks at what it is given, leaves nothing behind, and moves no stream', async () => {
  const learn = tinyLearner()
  await of(learn)
  const [state, before] = [learn.data.train_dl.state(), tf.memory().numTensors]
  const interp = await ClassificationInterpretation.from_learner(learn, { dl: learn.data.train_dl })
  expect(interp.losses).toHaveLength(8)
  await interp.plot_top_losses(3, { show: false })
  await learn.show_results({ n: 3, show: false })
  expect(learn.data.train_dl.state()).toEqual(state)
  expect(tf.memory().numTensors).toBe(before)
})

it('shows the first results', async () => {
  const learn = asGiven([[3, 0], [0, 4], [2, 1]], [0, 1, 1]) // biome-ignore format: short
  const lines = (await learn.show_results({ n: 2, show: false })).draw({ color: false, width: 70 }).split('\n')
  expect(lines.slice(3).map(line => line.split(/\s+/).slice(3, 5))).toEqual([
    ['c0', 'c0'],
    ['c1', 'c1'],
  ])
})

it('names no curve where all targets are of one class', async () => {
  const interp = await of(asGiven([[1, 0], [0, 1]], [1, 1])) // biome-ignore format: short
  expect(() => interp.plot_roc()).toThrow('There is no curve to draw: all 2 targets are of one class.')
})

it('draws the curves that are worst, where there are more than colours', async () => {
  const pred = Array.from({ length: 30 }, (_, i) =>
    Array.from({ length: 10 }, (_, c) => (c === (i < 20 ? i % 10 : 0) ? 5 : c / 10)),
  )
  const interp = await of(
    asGiven(
      pred,
      pred.map((_, i) => i % 10),
    ),
  )
  const { subtitle, panels } = interp.plot_roc({ show: false }).chart
  expect(subtitle).toBe('7 of 10 classes, those of the lowest area under the curve')
  expect(panels[0]!.series).toHaveLength(8)
})

describe('of several outputs', () => {
  const learner = () => {
    const samples = {
      x: [[4, 0, 1], [0, 4, 2], [3, 0, 3]], // biome-ignore format: short
      y: { kind: Int32Array.of(0, 1, 1), size: Float32Array.of(2, 2, 6) },
    }
    const data = DataBunch.from_arrays({ ...samples, classes: { kind: ['cat', 'dog'] }, valid: samples, bs: 2 })
    const x = input({ shape: [3] })
    const part = (name: string, units: number) => layers.dense({ units, name, useBias: false }).apply(x) as SymbolicTensor
    const model = modelOf({ inputs: x, outputs: [part('kind', 2), part('size', 1)] })
    const [kind, size] = [tf.tensor2d([[1, 0], [0, 1], [0, 0]]), tf.tensor2d([[0], [0], [2]])] // biome-ignore format: short
    model.setWeights([kind, size])
    return new Learner(data, model, { progress: false, log: false })
  }

  it('looks at the one that is named, and at its loss', async () => {
    const learn = learner()
    const kinds = await ClassificationInterpretation.from_learner(learn, { head: 'kind' })
    expect(kinds.confusion_matrix()).toEqual([
      [1, 0],
      [1, 1],
    ])
    expect(kinds.most_confused()).toEqual([['dog', 'cat', 1]])
    const before = tf.memory().numTensors
    const sizes = await RegressionInterpretation.from_learner(learn, { head: 'size' })
    expect([...sizes.losses]).toEqual([0, 4, 0])
    expect((await learn.show_results({ head: 'size', n: 2, show: false })).draw({ color: false, width: 70 })).toContain('4.000')
    expect(tf.memory().numTensors).toBe(before)
  })

  it('asks for the name', async () => {
    await expect(of(learner())).rejects.toThrow("head is undefined, but must be one of 'kind', 'size'")
    await expect(ClassificationInterpretation.from_learner(tinyLearner(), { head: 'kind' })).rejects.toThrow(
      /one output alone: leave it out/,
    )
  })
})

describe('refused', () => {
  it.each([
    [() => ClassificationInterpretation.from_learner(undefined as never), /takes a Learner, but got undefined/],
    [() => ClassificationInterpretation.from_learner(tinyLearner(), { ds: 1 } as never), /has no option ds/],
    [
      () => of(new Learner(points({ valid: 0 }), tinyLearner().model, { progress: false })),
      /has no data: the DataBunch was made without/,
    ],
  ])('%s', async (work, words) => {
    await expect(work()).rejects.toThrow(words)
  })

  it('what is no number of samples, bins or pairs', async () => {
    const interp = await of(tinyLearner())
    expect(() => interp.top_losses(0)).toThrow(/k must be a whole number of at least 1, but it is 0/)
    expect(() => interp.calibration({ bins: 0 })).toThrow(/bins must be a whole number/)
    expect(() => interp.most_confused(Number.NaN)).toThrow(/min_val must be a number/)
    expect(() => interp.plot_confusion_matrix({ normalise: true } as never)).toThrow(/Did you mean normalize\?/)
  })
})
