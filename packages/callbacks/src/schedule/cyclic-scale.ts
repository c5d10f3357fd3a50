import { checkChoice, checkNumber } from '@onecycle/platform'

export const cyclicModes = ['triangular', 'triangular2', 'exp_range'] as const

/** How a cyclical rate's amplitude shrinks. */
export interface ScaleOptions {
  /** `triangular` (default) keeps the amplitude, `triangular2` halves it every cycle, `exp_range` multiplies it by `gamma` every batch. */
  mode?: (typeof cyclicModes)[number] | undefined
  /** The factor of `exp_range`. Default 1. */
  gamma?: number | undefined
  /** Own amplitude, in place of `mode`: a function of the cycle (from 1), or of the iteration (from 0). */
  scale_fn?: ((x: number) => number) | undefined
  /** What `scale_fn` is given. Default `cycle`; as in Keras CLR, anything else means iterations. */
  scale_mode?: 'cycle' | 'iterations' | (string & {}) | undefined
}

/**
 * The factor on the amplitude, from the cycle (counted from 1) and the iteration (from 0).
 * @throws RangeError for an unknown mode or a gamma that is not positive.
 */
export function scaling({
  mode,
  gamma,
  scale_fn,
  scale_mode = 'cycle',
}: ScaleOptions): (cycle: number, iteration: number) => number {
  if (scale_fn)
    return (cycle, iteration) => checkNumber('what scale_fn returns', scale_fn(scale_mode === 'cycle' ? cycle : iteration))
  const factor = checkNumber('gamma', gamma ?? 1, { above: 0 })
  switch (checkChoice('mode', mode ?? 'triangular', cyclicModes)) {
    case 'triangular':
      return () => 1
    case 'triangular2':
      return cycle => 1 / 2 ** (cycle - 1)
    case 'exp_range':
      return (_, iteration) => factor ** iteration
  }
}
