export {
  type ActivationFigures,
  ActivationStats,
  type ActivationStatsOptions,
  type Activations,
} from './activation-stats.js'
export type { Divergence } from './divergence.js'
export { GradientStats } from './gradient-stats.js'
export { JumpGuard, type JumpGuardOptions } from './jump-guard.js'
export { type Leak, LeakGuard, type LeakGuardOptions } from './leak-guard.js'
export { type ProfileRow, Profiler } from './profiler.js'
export type { GradientNorms, StatsOptions } from './stats.js'
