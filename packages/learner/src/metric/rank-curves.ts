/** Samples to be ranked: a score each, whether it is one of those that are looked for, and how much it counts (default 1). */
export interface Ranked {
  readonly scores: ArrayLike<number>
  readonly positive: ArrayLike<number | boolean>
  readonly weights?: ArrayLike<number> | undefined
}

/** How many are found when all scores from a threshold on are taken for a yes, one entry for each threshold, the highest first. */
export interface Found {
  readonly thresholds: number[]
  /** Weights of those that are looked for, among them. */
  readonly hits: number[]
  /** Weights of the others. */
  readonly misses: number[]
}

/** Equal scores are one threshold: their order says nothing. Scores that are no numbers come first, and compare with nothing. */
export function found({ scores, positive, weights }: Ranked): Found {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  const [thresholds, hits, misses]: [number[], number[], number[]] = [[], [], []]
  let [hit, miss] = [0, 0]
  for (let i = 0; i < order.length; i++) {
    const sample = order[i]!
    const weight = weights ? weights[sample]! : 1
    if (positive[sample]) hit += weight
    else miss += weight
    if (i + 1 < order.length && scores[order[i + 1]!] === scores[sample]) continue
    thresholds.push(scores[sample]!)
    hits.push(hit)
    misses.push(miss)
  }
  return { thresholds, hits, misses }
}

/**
 * Receiver operating characteristic: the share of the others that is taken for a yes (x), and the share that is found (y), from (0, 0) on.
 * NaN where one of both does not occur.
 */
export function rocPoints(ranked: Ranked): [x: number, y: number][] {
  const { hits, misses } = found(ranked)
  const [all, others] = [hits.at(-1)!, misses.at(-1)!]
  return [[0, 0], ...hits.map((hit, i): [number, number] => [misses[i]! / others, hit / all])]
}

/** The area under {@link rocPoints}, by straight lines. NaN where one class alone occurs, or a score is NaN. */
export function rocArea(ranked: Ranked): number {
  if (hasNaN(ranked.scores)) return Number.NaN
  const points = rocPoints(ranked)
  let area = 0
  for (let i = 1; i < points.length; i++) area += ((points[i]![0] - points[i - 1]![0]) * (points[i]![1] + points[i - 1]![1])) / 2
  return area
}

/** Recall (x) and precision (y) at each threshold, the highest first. Recall is NaN where nothing is to be found. */
export function precisionRecallPoints(ranked: Ranked): [recall: number, precision: number][] {
  const { hits, misses } = found(ranked)
  const all = hits.at(-1)!
  return hits.map((hit, i) => [hit / all, hit + misses[i]! === 0 ? 0 : hit / (hit + misses[i]!)])
}

/**
 * Average precision: the precision at each threshold, weighted by what recall gains there. Nothing between the thresholds is made up. 0 where
 * nothing is to be found, as in scikit-learn; NaN where a score is NaN.
 */
export function averagePrecision(ranked: Ranked): number {
  if (hasNaN(ranked.scores)) return Number.NaN
  let [area, before] = [0, 0]
  for (const [recall, precision] of precisionRecallPoints(ranked)) {
    if (Number.isNaN(recall)) return 0
    area += (recall - before) * precision
    before = recall
  }
  return area
}

function hasNaN(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) return true
  return false
}
