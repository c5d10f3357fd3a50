import { expect, test } from 'vitest'
import { emptyHistory } from '../history.js'
import { eventsOf } from './history-events.js'

test('what was recorded is told up to a place, scheduled hyper-parameters too', () => {
  const row = (epoch: number) => ({ epoch, train_loss: 1, valid_loss: null, time: 1 })
  const losses = [4, 3, 2, 1]
  const history = {
    ...{ ...emptyHistory(), losses, smooth_losses: losses, lrs: losses, nb_batches: [2, 2], epochs: [row(0), row(1)] },
    ...{ lr_groups: losses.map(lr => [lr / 10, lr]), hps: { wd: [0.1, 0.2, 0.3, 0.4] } },
  }
  const events = eventsOf(history, { fit: 1, time: 5, batches: 2, epochs: 1 })
  const columns = { losses: [4, 3], smooth_losses: [4, 3], lrs: [4, 3], moms: [] }
  const groups = [
    [0.4, 4],
    [0.3, 3],
  ]
  expect(events).toEqual([
    { type: 'batches', time: 5, fit: 1, first: 0, ...columns, lr_groups: groups, hps: { wd: [0.1, 0.2] } },
    { type: 'epoch', time: 5, fit: 1, batches: 2, row: row(0) },
  ])
  expect(eventsOf(history, { fit: 0, time: 5 })[0]).toMatchObject({ losses, hps: { wd: [0.1, 0.2, 0.3, 0.4] } })
})
