/** How sure answers were, whether they were right, and how much each counts (default 1). */
export interface Sureness {
  readonly confidence: ArrayLike<number>
  readonly right: ArrayLike<number | boolean>
  readonly weights?: ArrayLike<number> | undefined
}

/** Answers about as sure as each other. */
export interface CalibrationBin {
  /** How sure they are, on average. */
  readonly confidence: number
  /** The share of them that is right. */
  readonly accuracy: number
  /** What they count. */
  readonly weight: number
}

/**
 * Answers by how sure they are, in `bins` of equal width from 0 to 1 (the lower end belongs to a bin, 1 to the last); bins in which nothing
 * counts are left out. Source: scikit-learn's `calibration_curve`.
 */
export function calibrationBins({ confidence, right, weights }: Sureness, bins: number): CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ confidence: 0, accuracy: 0, weight: 0 }))
  for (let i = 0; i < confidence.length; i++) {
    const sure = confidence[i]!
    // A model that diverged is sure of nothing.
    if (Number.isNaN(sure)) continue
    const sum = sums[Math.min(bins - 1, Math.floor(sure * bins))]!
    const weight = weights ? weights[i]! : 1
    sum.confidence += weight * sure
    if (right[i]) sum.accuracy += weight
    sum.weight += weight
  }
  return sums
    .filter(({ weight }) => weight > 0)
    .map(({ confidence, accuracy, weight }) => ({ confidence: confidence / weight, accuracy: accuracy / weight, weight }))
}

/**
 * Expected calibration error: how far the share that is right is from how sure the answers are, on average over answers. 0 is a model that means what
 * it says. Source: Guo et al. 2017 (arXiv:1706.04599).
 */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  let [error, all] = [0, 0]
  for (const { confidence, accuracy, weight } of bins) {
    error += weight * Math.abs(accuracy - confidence)
    all += weight
  }
  return error / all
}
