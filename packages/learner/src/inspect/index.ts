export {
  type ActivationFigures,
  ActivationStats,
  type ActivationStatsOptions,
  type Activations,
} from './activation-stats.js'
export { type GradientNorms, GradientStats } from './gradient-stats.js'
export type { StatsOptions } from './stats.js'
