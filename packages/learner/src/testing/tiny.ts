import '@tensorflow/tfjs-backend-cpu'
import { DataBunch } from '@onecycle/data'
import { Random, variable } from '@onecycle/platform'
import { getBackend, setBackend } from '@tensorflow/tfjs-core'
import { initializers, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { Learner, type LearnerOptions } from '../learner.js'

/** The plain JavaScript backend: exact enough to compare with, and nothing to load. Where all tests run on another one, that. */
export const useCpu = () => setBackend(variable('ONECYCLE_TEST_BACKEND') ? getBackend() : 'cpu')

/** Points in the plane, class 1 where x > y: learnable in a few steps. Default 8 to train on (2 batches of 4) and 4 to validate on. */
export function points({ train = 8, valid = 4, bs = 4, seed = 7 } = {}): DataBunch {
  const random = new Random(seed)
  const draw = (n: number) => {
    const x = Float32Array.from({ length: 2 * n }, () => random.normal())
    const y = Int32Array.from({ length: n }, (_, i) => (i < 2 ? i : Number(x[2 * i]! > x[2 * i + 1]!)))
    return { x, y }
  }
  return DataBunch.from_arrays({
    ...draw(train),
    shape: [2],
    ...(valid > 0 && { valid: draw(valid) }),
    bs,
    seed,
    classes: ['no', 'yes'],
  })
}

/** Two dense layers with a batch norm between them. */
export function mlp(seed = 1): Sequential {
  const kernelInitializer = initializers.glorotUniform({ seed })
  return sequential({
    layers: [
      layers.dense({ units: 8, activation: 'relu', inputShape: [2], kernelInitializer }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.dense({ units: 2, kernelInitializer }),
    ],
  })
}

/** A Learner that trains in milliseconds and prints nothing. */
export function tinyLearner(options: LearnerOptions = {}): Learner {
  return new Learner(points(), mlp(), { progress: false, ...options })
}
