import { expect, test } from 'vitest'
import type { RunEvent } from '../run/run-event.js'
import type { LiveMessage } from './message.js'
import { Story } from './story.js'

const time = 1_800_000_000_000
const begins = (fit: number): RunEvent => ({
  ...{ type: 'fit', time, fit, n_epoch: 3, n_train_iter: 2, metricNames: ['accuracy'], hyper: { lr: 0.1 } },
})
const batches = (fit: number, first: number, at = time + 1000): RunEvent => ({
  ...{ type: 'batches', time: at, fit, first, losses: [1, null], smooth_losses: [1, 0.75], lrs: [0.1, 0.2], moms: [] },
  ...{ hps: { wd: [0.01, 0.02] }, samples: 8, seconds: 0.5, memory: 2e6 },
})
const epoch = (fit: number, index: number): RunEvent => ({
  ...{ type: 'epoch', time: time + 2000, fit, batches: 2 * (index + 1) },
  row: { epoch: index, train_loss: 0.5, valid_loss: 0.25, time: 1, accuracy: 0.9 },
})
const norm = (fit: number, batch: number): RunEvent => ({
  type: 'scalar',
  time,
  fit,
  batch,
  name: 'gradient_norm/all',
  value: batch,
})
const text = (fit: number, batch: number): RunEvent => ({ type: 'text', time, fit, batch, name: 'said', text: `at ${batch}` })

function told(...events: readonly RunEvent[]): Story {
  const story = new Story()
  for (const event of events) story.take(event as Exclude<LiveMessage, { type: 'story' }>)
  return story
}

const curve = (story: Story, name: string, fit = 0) => story.fits[fit]!.curves.get(name)?.points

test('a story has what happened, curve by curve, and its state makes the same again', () => {
  const story = told(begins(0), batches(0, 0), norm(0, 1), text(0, 2), epoch(0, 0), batches(0, 2))
  expect(curve(story, 'loss')).toEqual([
    [1, 1],
    [2, Number.NaN],
    [3, 1],
    [4, Number.NaN],
  ])
  expect(curve(story, 'hyper/wd')).toEqual([
    [1, 0.01],
    [2, 0.02],
    [3, 0.01],
    [4, 0.02],
  ])
  expect(curve(story, 'valid_loss')).toEqual([[2, 0.25]])
  expect(curve(story, 'metric/accuracy')).toEqual([[1, 0.9]])
  expect(curve(story, 'speed')).toEqual([
    [2, 16],
    [4, 16],
  ])
  expect(curve(story, 'memory')).toEqual([
    [2, 2],
    [4, 2],
  ])
  expect(curve(story, 'note/gradient_norm/all')).toEqual([[1, 1]])
  expect(curve(story, 'mom')).toBeUndefined()
  expect(story.texts).toMatchObject([{ text: 'at 2' }])
  expect(story.fits[0]).toMatchObject({ batches: 4, epochs: 1, seconds: 2 })
  const again = Story.from(JSON.parse(JSON.stringify(story.state())))
  expect(again.state()).toEqual(story.state())
})

test('what lies beyond the place from which a fit goes on is void, and later fits are', () => {
  const before = [
    begins(0),
    batches(0, 0),
    epoch(0, 0),
    norm(0, 2),
    norm(0, 3),
    text(0, 4),
    batches(0, 2),
    epoch(0, 1),
    begins(1),
  ]
  const goesOn: RunEvent = { type: 'resume', time: time + 60_000, fit: 0, batches: 2, epochs: 1, position: 2 }
  const story = told(...before, goesOn)
  expect(story.fits).toHaveLength(1)
  expect(curve(story, 'loss')).toHaveLength(2)
  expect(story.fits[0]!.rows).toHaveLength(1)
  expect(curve(story, 'metric/accuracy')).toEqual([[1, 0.9]])
  expect(curve(story, 'note/gradient_norm/all')).toEqual([[2, 2]])
  expect(story.texts).toEqual([])
  story.take(batches(0, 2, time + 61_000) as never)
  // The minute between two processes is no time of the fit.
  expect(story.fits[0]).toMatchObject({ batches: 4, seconds: 3 })
  expect(told(...before, begins(0)).fits[0]!.curves.size).toBe(0)
})
