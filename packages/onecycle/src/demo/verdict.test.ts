import { emptyHistory } from '@onecycle/recorder'
import { expect, test } from 'vitest'
import type { Experiment } from './mnist-sample.js'
import { verdict } from './verdict.js'

const standard = { epochs: 2 }

test('a run like those of fastai is healthy', () => {
  expect(passed(experiment([0.9845, 0.9805, 0.9898]), standard)).toEqual([true, true, true])
})

test('1cycle may be a little behind the best run, not far behind', () => {
  expect(passed(experiment([0.9921, 0.98, 0.9898]), standard)).toEqual([true, true, true])
  expect(passed(experiment([0.995, 0.98, 0.9898]), standard)).toEqual([true, false, true])
})

test('1cycle below 98 % is not healthy', () => {
  expect(passed(experiment([0.97, 0.97, 0.9799]), standard)).toEqual([false, true, true])
})

test.each([null, 1e-6, 5])('a suggested rate of %o is not healthy', lr => {
  expect(passed(experiment([0.98, 0.98, 0.99], lr), standard)).toEqual([true, true, false])
})

test('a figure that is not a number never passes', () => {
  expect(passed(experiment([Number.NaN, 0.98, Number.NaN], Number.NaN), standard)).toEqual([false, false, false])
})

test('a small job only has to learn something', () => {
  const small = { epochs: 1, samples: 640 }
  expect(passed(experiment([0.5, 0.5, 0.9], null, 0.6), small)).toEqual([true])
  expect(passed(experiment([0.5, 0.5, 0.5], null, 0.694), small)).toEqual([false])
})

function passed(experiment: Experiment, job: { epochs: number; samples?: number }): boolean[] {
  return verdict(experiment, job).map(check => check.passes)
}

function experiment(accuracies: number[], lr: number | null = 1e-2, valid_loss = 0.05): Experiment {
  const runs = accuracies.map((accuracy, i) => ({
    name: `run ${i}`,
    history: { ...emptyHistory(['accuracy']), epochs: [{ epoch: 1, train_loss: 0.05, valid_loss, time: 1, accuracy }] },
    seconds: 1,
  }))
  return { runs, lrFind: { lr: lr ?? undefined } as Experiment['lrFind'], plots: {} as Experiment['plots'] }
}
