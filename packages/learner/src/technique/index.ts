export { CutMix } from './cutmix.js'
export { EMA, type EMAOptions, type EMAState } from './ema.js'
export {
  GradientAccumulation,
  type GradientAccumulationOptions,
  type GradientAccumulationState,
} from './gradient-accumulation.js'
export { GradientClip, type GradientClipOptions } from './gradient-clip.js'
export type { MixOptions } from './mixing.js'
export { MixUp } from './mixup.js'
export { SWA, type SWAOptions, type SWAState } from './swa.js'
