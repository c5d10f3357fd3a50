import type { SuggestName } from '@onecycle/callbacks'

const suggestion = (name: SuggestName) => `suggestions.${name}, or lr of lr_find({ suggestion: '${name}' })`

/** What finders of other systems have, and their results. */
export const finderNames = {
  plot: 'learn.recorder.plot(), after the search',
  valley: suggestion('valley'),
  slide: suggestion('slide'),
  minimum: suggestion('minimum'),
  steep: suggestion('steep'),
  steepest_gradient: suggestion('steepest_gradient'),
  lr_min: suggestion('minimum'),
  lr_steep: suggestion('steep'),
} as const satisfies Readonly<Record<SuggestName | 'plot' | 'lr_min' | 'lr_steep', string>>
