import { expect, test } from 'vitest'
import { emptyHistory } from '../history.js'
import { historyText } from './history-text.js'

test('a history is how long it is, how it ended, and what it holds', () => {
  const history = {
    ...emptyHistory(['accuracy']),
    ...{ losses: [0.5, 0.4], val_losses: [0.3], nb_batches: [2], reason: 'interrupted' as const },
    epochs: [{ epoch: 0, train_loss: 0.45, valid_loss: 0.3, accuracy: 0.9, time: 61 }],
  }
  expect(historyText(history)).toBe(
    'History of 1 epoch, 2 batches, interrupted; at the end train_loss 0.450000, valid_loss 0.300000, accuracy 0.900000\n' +
      'It holds lrs, moms, losses, smooth_losses, val_losses, metrics, nb_batches, epochs, metricNames.',
  )
  expect(historyText(emptyHistory())).toMatch(/^History of 0 epochs, 0 batches\nIt holds lrs, /)
})
