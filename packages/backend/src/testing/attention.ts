/** Sizes of an attention: batch, queries, keys, heads, figures of a key and of a value of one head. */
export interface AttentionSizes {
  readonly batch: number
  readonly queries: number
  readonly keys: number
  readonly heads: number
  readonly size: number
  readonly values: number
}

export interface AttentionRules {
  readonly causal?: boolean
  /** Whether a query of a batch looks at a key. */
  readonly visible?: (batch: number, query: number, key: number) => boolean
  /** What each weight is multiplied with, by its place. */
  readonly kept?: ArrayLike<number> | undefined
}

type Numbers = ArrayLike<number>

/** Scaled dot-product attention as its definition has it, one number at a time, in float64. */
export function attentionInFloat64(
  { batch, queries, keys, heads, size, values }: AttentionSizes,
  { causal = false, visible = () => true, kept }: AttentionRules,
  [q, k, v]: readonly [Numbers, Numbers, Numbers],
): Float64Array {
  const out = new Float64Array(batch * queries * heads * values)
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < queries; i++) {
        const seen = Array.from({ length: keys }, (_, j) => j).filter(j => visible(b, i, j) && !(causal && j > i))
        const scores = seen.map(j => {
          let sum = 0
          for (let d = 0; d < size; d++)
            sum += q[((b * queries + i) * heads + h) * size + d]! * k[((b * keys + j) * heads + h) * size + d]!
          return sum / Math.sqrt(size)
        })
        const most = Math.max(...scores)
        const weights = scores.map(score => Math.exp(score - most))
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        seen.forEach((j, at) => {
          const weight = (weights[at]! / total) * (kept ? kept[((b * heads + h) * queries + i) * keys + j]! : 1)
          for (let d = 0; d < values; d++)
            out[((b * queries + i) * heads + h) * values + d]! += weight * v[((b * keys + j) * heads + h) * values + d]!
        })
      }
    }
  }
  return out
}
