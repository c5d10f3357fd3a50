import type { ItemEncoder } from './item-encoder.js'
import { type KindState, type Makers, made } from './restore.js'

const encoders: Makers<ItemEncoder> = {
  sample: async state => (await import('./sample-encoder.js')).SampleEncoder.restore(state),
}

/** What does as the encoder did that gave this state, in another thread or program. Throws Error for a kind that this version does not know. */
export function restoreEncoder(state: KindState): Promise<ItemEncoder> {
  return made('encoder', encoders, state)
}
