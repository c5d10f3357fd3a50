import type { Mode, Space, Strategy } from '@onecycle/distributed/sweep'
import type { Job, Key } from './keys.js'

/** What a file of a sweep has beside the keys of a job. */
export const sweepKeys = {
  space: { type: 'object', description: 'keys that trials differ in, and where their values come from' },
  trials: { type: 'whole', min: 1, description: 'how many (of a grid: all)' },
  strategy: { type: 'any', description: 'grid, random or asha', default: 'random' },
  metric: { type: 'text', description: 'the figure that trials are compared by', default: 'valid_loss' },
  mode: { type: 'choice', choices: ['min', 'max'], description: 'which way it is better' },
  parallel: { type: 'whole', min: 1, description: 'processes at once', default: 'one a processor' },
  memory: { type: 'any', description: 'what one process may take, such as 2 GB' },
  retries: {
    type: 'whole',
    min: 0,
    description: 'how often a trial is tried again whose process ends without a word',
    default: 2,
  },
} as const satisfies Record<string, Key>

/** A sweep, as a config file says it. */
export interface SweepJob extends Job {
  space?: Space
  trials?: number
  strategy?: Strategy
  metric?: string
  mode?: Mode
  parallel?: number
  memory?: number | string
  retries?: number
}
