export { BnFreeze } from './bn-freeze.js'
export { CutMix } from './cutmix.js'
export { type DryRunOptions, dryRun } from './dry-run.js'
export { EMA, type EMAOptions, type EMAState } from './ema.js'
export { FitLimit, type FitLimitOptions } from './fit-limit.js'
export {
  GradientAccumulation,
  type GradientAccumulationOptions,
  type GradientAccumulationState,
} from './gradient-accumulation.js'
export { GradientClip, type GradientClipOptions } from './gradient-clip.js'
export type { MixOptions } from './mixing.js'
export { MixUp } from './mixup.js'
export { type OverfitOptions, overfit } from './overfit.js'
export { ShortEpoch, type ShortEpochOptions } from './short-epoch.js'
export { SWA, type SWAOptions, type SWAState } from './swa.js'
export { ValidateEvery, type ValidateEveryOptions, type ValidationFigures } from './validate-every.js'
