export { GradientClip, type GradientClipOptions } from './gradient-clip.js'
