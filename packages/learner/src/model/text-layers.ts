import type { Random } from '@onecycle/platform'
import { initializers, layers } from '@tensorflow/tfjs-layers'

/** Seeded initial weights: each is asked for in its turn. tfjs takes the seed 0 for none. */
export function initial(random: Random | undefined) {
  const seed = () => ({ seed: 1 + random!.int(2 ** 31 - 2) })
  return {
    kernel: () => random && { kernelInitializer: initializers.glorotUniform(seed()) },
    recurrent: () => random && { recurrentInitializer: initializers.glorotNormal(seed()) },
    /** Of an embedding: as in fastai, close to 0. */
    embedding: () => ({ embeddingsInitializer: initializers.truncatedNormal({ mean: 0, stddev: 0.1, ...(random && seed()) }) }),
  }
}

export type RecurrentKind = 'gru' | 'lstm'

interface Recurrent {
  kind: RecurrentKind
  units: number
  name: string
  /** Whether it goes on from batch to batch. */
  stateful?: boolean
  /** Whether it answers with its last state beside those of all steps. */
  returnState?: boolean
}

/** A recurrent layer that answers with all its steps. */
export function recurrentLayer({ kind, ...options }: Recurrent, random: Random | undefined): layers.RNN {
  const first = initial(random)
  // The default of TensorFlow.js are orthogonal matrices, whose decomposition it warns of as slow for more than 2,000 numbers.
  const made = { ...options, returnSequences: true, ...first.kernel(), ...first.recurrent() }
  return kind === 'gru' ? layers.gru(made) : layers.lstm(made)
}
