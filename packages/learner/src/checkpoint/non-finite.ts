import type { Weights } from '@onecycle/callbacks'
import { pieceOf } from './pieces.js'

/** Numbers that are looked at before others are let in, at least: some milliseconds of work. */
const least = 1 << 22

/**
 * Which weights have values that are NaN or infinite, and how many: 'the weight 0.kernel has 3 values of 12'. Undefined where none has.
 *
 * @param rest is awaited now and then: what waits for the thread is not to wait for all of it
 */
export async function nonFinite(weights: Weights, rest: () => Promise<void>): Promise<string | undefined> {
  const found: string[] = []
  const turn = pieceOf(
    Object.values(weights).reduce((sum, { values }) => sum + values.length, 0),
    least,
  )
  let looked = 0
  for (const [name, { values }] of Object.entries(weights)) {
    let count = 0
    for (let from = 0; from < values.length; from += turn) {
      const part = values.subarray(from, from + turn)
      // Of a finite number alone the difference to itself is 0.
      for (let i = 0; i < part.length; i++) if (part[i]! - part[i]! !== 0) count++
      looked += part.length
      if (looked < turn) continue
      looked = 0
      await rest()
    }
    if (count > 0) found.push(`${name} (${count} of ${values.length} values)`)
  }
  return found.length === 0 ? undefined : `There are weights that are NaN or infinite: ${found.join(', ')}.`
}
