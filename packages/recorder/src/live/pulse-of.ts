import type { TrainingState } from '@onecycle/callbacks'
import type { Pulse, Whereabouts } from './pulse.js'
import type { Steering } from './steering.js'

/** What is said of a fit: where it is, or was. */
export function pulseOf(learn: TrainingState | Pulse | undefined, { state, can }: Pick<Steering, 'state' | 'can'>): Pulse {
  const common = { type: 'pulse', time: Date.now(), state, can } as const
  if (!learn)
    return { ...common, lr_finding: false, training: false, epoch: 0, n_epoch: 0, iter: 0, n_iter: 0, train_iter: 0, batches: 0 }
  if ('type' in learn) return { ...learn, ...common }
  return { ...common, ...whereOf(learn) }
}

/** Where a fit is after a batch. */
export function whereOf(learn: TrainingState): Whereabouts {
  const { lr_finding, epoch, n_epoch, training, iter, n_iter, train_iter, n_train_iter, num_it } = learn
  const batches = num_it ?? n_epoch * n_train_iter
  return { lr_finding, epoch, n_epoch, training, iter: iter + 1, n_iter, train_iter, batches }
}
