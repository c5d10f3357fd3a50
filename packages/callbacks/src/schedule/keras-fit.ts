import type { FitSpan } from './course.js'

/** The part of the parameters of tfjs's `model.fit` that its length follows from. */
interface FitParams {
  epochs?: number
  initialEpoch?: number
  steps?: number | null
  samples?: number | null
  batchSize?: number | null
}

/** The epochs of a `model.fit`; undefined where it does not know how many batches they have. */
export function kerasFit({ epochs, initialEpoch, steps, samples, batchSize }: FitParams = {}): FitSpan | undefined {
  const batches = steps ?? Math.ceil((samples ?? Number.NaN) / (batchSize ?? Number.NaN))
  const epoch = initialEpoch ?? 0
  return batches > 0 && epochs !== undefined && epochs > epoch ? { epoch, epochs, batches } : undefined
}
