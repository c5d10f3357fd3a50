import type { Learner, TrainOptions } from '@onecycle/learner'
import { plainError } from '@onecycle/platform'
import type { History } from '@onecycle/recorder'
import type { Job } from './keys.js'

/** Trains as a job says, at a rate that is known. */
export function fitJob(
  learn: Learner,
  { policy = 'one_cycle', epochs = 5 }: Job,
  lr: number,
  options: TrainOptions,
): Promise<History> {
  if (policy === 'one_cycle') return learn.fit_one_cycle(epochs, lr, options)
  if (policy === 'flat_cos') return learn.fit_flat_cos(epochs, lr, options)
  if (policy === 'cosine') return learn.fit_sgdr(1, epochs, lr, options)
  if (policy === 'clr') return learn.fit(lr, 1, { ...options, cycle_len: epochs, use_clr: [10, 10] })
  return learn.fit(lr, epochs, options)
}

/**
 * The rate of a job: as it was given, or what a search suggests.
 *
 * @throws Error where a search suggests none
 */
export async function rateOf(
  learn: Learner,
  { lr = 'auto' }: Job,
  options: Pick<TrainOptions, 'callbacks'> = {},
): Promise<number> {
  if (lr !== 'auto') return lr
  const { lr: found, reason } = await learn.lr_find(options)
  if (found === undefined)
    throw plainError('no-suggestion', `lr_find suggests no learning rate: ${reason} Give one, such as --lr 1e-3.`)
  return found
}
