import { checkChoice, type Kinds, kind, rangeError, show } from '@onecycle/platform'
import type { Better } from '../training-state.js'

/** Ways to tell a tracker itself which way its figure is better. */
export interface DirectionOptions {
  /** Whether less or greater is better. Default: what the figure's own metric says. */
  comp?: 'less' | 'greater' | undefined
  /** Keras's words for the same: `min` is `less`, `max` is `greater`, `auto` the default. */
  mode?: 'min' | 'max' | 'auto' | undefined
}

export const directionKinds: Kinds<DirectionOptions> = { comp: kind.any, mode: kind.any }

const better = { less: 'lower', greater: 'higher', min: 'lower', max: 'higher', auto: undefined } as const

/**
 * Which way the options say that a figure is better; undefined when they leave it to the metric.
 *
 * @throws RangeError for other words than these, or two that contradict each other.
 */
export function givenDirection({ comp, mode }: DirectionOptions): Better | undefined {
  const byComp = comp === undefined ? undefined : better[checkChoice('comp', comp, ['less', 'greater'])]
  const byMode = mode === undefined ? undefined : better[checkChoice('mode', mode, ['min', 'max', 'auto'])]
  if (byComp && byMode && byComp !== byMode)
    throw rangeError(
      'one-or-other',
      `comp is ${show(comp)} and mode ${show(mode)}, which contradict each other: give one of them.`,
    )
  return byComp ?? byMode
}
