import { expect, test } from 'vitest'
import { Story } from '../story.js'
import { figuresOf } from './figures.js'

test('memory is counted as on a terminal, and what is not known is left out', () => {
  const story = new Story()
  const columns = { losses: [1, null], smooth_losses: [1, null], lrs: [0.1, 0.1], moms: [] }
  story.take({ type: 'fit', time: 0, fit: 0, n_epoch: 1, n_train_iter: 4, metricNames: [], hyper: {} })
  story.take({ type: 'batches', time: 2000, fit: 0, first: 0, ...columns, samples: 8, seconds: 0.5, memory: 1e9 })
  expect(figuresOf(story, story.fits[0]!)).toEqual({
    ...{ 'Training loss': '–', 'Learning rate': '0.1', 'Samples/s': '16', Memory: '1.0 GB', Time: '2 s', Left: '2 s' },
  })
  story.take({ type: 'resume', time: 3000, fit: 0, batches: 0, epochs: 0, position: 0 })
  expect(figuresOf(story, story.fits[0]!)).toEqual({ 'Training loss': '–', 'Learning rate': '–', Time: '2 s' })
})
