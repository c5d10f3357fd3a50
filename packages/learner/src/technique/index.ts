export {
  GradientAccumulation,
  type GradientAccumulationOptions,
  type GradientAccumulationState,
} from './gradient-accumulation.js'
export { GradientClip, type GradientClipOptions } from './gradient-clip.js'
