export {
  CosineAnnealingLR,
  type CosineAnnealingOptions,
  CosineAnnealingWarmRestarts,
  type WarmRestartsOptions,
} from './cosine-annealing.js'
export { CyclicLR, type TorchCyclicLROptions } from './cyclic-lr.js'
export { OneCycleLR, type OneCycleLROptions } from './one-cycle-lr.js'
