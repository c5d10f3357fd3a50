import { expect, test } from 'vitest'
import { emptyHistory, type History } from '../history.js'
import { TrainingStory } from './training-story.js'
import { placeOf } from './view/words.js'

const columns = (losses: number[]) => ({ losses, smooth_losses: losses, lrs: losses.map(() => 0.1), moms: [] })
const row = { epoch: 0, train_loss: 1, valid_loss: 0.5, time: 1, accuracy: 0.9 }
const begins = { lr_finding: false, n_epoch: 2, n_train_iter: 3, metricNames: ['accuracy'] }

/** What has happened, and a way to have more happen, as a worker tells it. */
function training(history: Partial<History>, state = 'idle') {
  const hears = new Map<string, (content: unknown) => void>()
  const acts = { pause: async () => {}, resume: async () => {}, stop: async () => {} }
  const on = (event: string, hear: (content: unknown) => void) => {
    hears.set(event, hear)
    return () => void hears.delete(event)
  }
  const made = { ...acts, history: { ...emptyHistory(['accuracy']), ...history }, state, on }
  const followed = new TrainingStory(made, () => {})
  return { made, hears, followed, story: followed.story, tell: (event: string, content: unknown) => hears.get(event)!(content) }
}

const loss = ({ story }: ReturnType<typeof training>, fit = 0) => story.fits[fit]?.curves.get('loss')?.points

test('a training that is under way goes on as the fit that it is', () => {
  const on = training({ ...columns([3, 2]) }, 'running')
  expect(on.story.pulse).toMatchObject({ state: 'running', can: ['pause', 'stop'], epoch: 0, train_iter: 2 })
  expect(placeOf(on.story.fits[0], on.story.pulse)).toBe('Epoch 1, training')
  on.tell('batches', { lr_finding: false, first: 2, ...columns([1]) })
  on.made.history.losses.push(1)
  on.tell('epoch', row)
  const points = [
    [1, 3],
    [2, 2],
    [3, 1],
  ]
  expect([loss(on), on.story.fits[0]!.rows, on.story.fits.length]).toEqual([points, [row], 1])
  expect(on.story.fits[0]!.curves.get('metric/accuracy')!.points).toEqual([[1, 0.9]])
  on.tell('end', { lr_finding: false, reason: 'completed' })
  on.tell('begin', begins)
  on.tell('batches', { lr_finding: false, first: 0, ...columns([7]) })
  expect([loss(on), loss(on, 1)]).toEqual([points, [[1, 7]]])
  expect(on.story.fits[0]!.end).toMatchObject({ reason: 'completed' })
  on.followed.close()
  expect(on.hears.size).toBe(0)
})

test('one that has begun and has no batch behind it yet is begun with its first', () => {
  const on = training({}, 'paused')
  expect(on.story.fits).toEqual([])
  expect(on.story.pulse!.can).toEqual(['resume', 'stop'])
  on.tell('batches', { lr_finding: true, first: 0, ...columns([9]) })
  expect(on.story.fits).toEqual([])
  on.tell('batches', { lr_finding: false, first: 0, ...columns([3]) })
  expect([loss(on), on.story.fits[0]!.begins.metricNames]).toEqual([[[1, 3]], ['accuracy']])
})

test('one that is over says how it ended, and the next is another fit', () => {
  const on = training({ ...columns([3, 2]), nb_batches: [2], epochs: [row], reason: 'stopped' })
  expect(on.story.fits[0]).toMatchObject({ batches: 2, epochs: 1, end: { reason: 'stopped' } })
  expect(on.story.pulse).toMatchObject({ state: 'idle', can: [] })
  on.tell('state', 'running')
  expect(on.story.pulse).toMatchObject({ state: 'running', can: ['pause', 'stop'], epoch: 0, train_iter: 0 })
  on.tell('begin', begins)
  on.tell('batches', { lr_finding: false, first: 0, ...columns([7]) })
  expect([loss(on)!.length, loss(on, 1)]).toEqual([2, [[1, 7]]])
})
