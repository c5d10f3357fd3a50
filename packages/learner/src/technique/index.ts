export { BnFreeze } from './bn-freeze.js'
export { CutMix } from './cutmix.js'
export { type DryRunOptions, dryRun } from './dry-run.js'
export { EMA, type EMAOptions, type EMAState } from './ema.js'
export { FitLimit, type FitLimitOptions, type FitLimitState } from './fit-limit.js'
export { type FromLearnersOptions, GANLearner, type GANLearnerOptions } from './gan/gan-learner.js'
export { type CritLoss, type GenLoss, gan_loss_from_func } from './gan/gan-loss.js'
export {
  AdaptiveGANSwitcher,
  type AdaptiveGANSwitcherOptions,
  FixedGANSwitcher,
  type FixedGANSwitcherOptions,
  type FixedGANSwitcherState,
  type Steps,
} from './gan/gan-switchers.js'
export type { Alternating, GANTrainer, GANTrainerState } from './gan/gan-trainer.js'
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
export { SyncBatchNorm } from './sync-batch-norm.js'
export { ValidateEvery, type ValidateEveryOptions, type ValidationFigures } from './validate-every.js'
