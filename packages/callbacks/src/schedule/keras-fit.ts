import type { Callback } from '../callback.js'
import { checkOwners } from '../check-owners.js'
import type { FitSpan } from './course.js'

/** The part of the parameters of tfjs's `model.fit` that its length follows from. */
interface FitParams {
  epochs?: number
  initialEpoch?: number
  steps?: number | null
  samples?: number | null
  batchSize?: number | null
}

/** Who schedules in which fit: all its callbacks are given the same parameters. */
const schedulers = new WeakMap<FitParams, readonly Callback[]>()

/**
 * The epochs of a `model.fit` that begins for a scheduler; undefined where it does not know how many batches they have.
 *
 * @param callback tfjs's own callback, as a method of which it calls `onTrainBegin`
 * @throws TypeError when another scheduler of this fit sets the same hyper-parameter
 */
export function beginKerasFit(callback: unknown, scheduler: Callback): FitSpan | undefined {
  const params = (callback as { params?: FitParams } | undefined)?.params
  if (!params) return undefined
  const all = [...(schedulers.get(params) ?? []), scheduler]
  checkOwners(all, '')
  schedulers.set(params, all)
  const { epochs, initialEpoch, steps, samples, batchSize } = params
  const batches = steps ?? Math.ceil((samples ?? Number.NaN) / (batchSize ?? Number.NaN))
  const epoch = initialEpoch ?? 0
  return batches > 0 && epochs !== undefined && epochs > epoch ? { epoch, epochs, batches } : undefined
}
