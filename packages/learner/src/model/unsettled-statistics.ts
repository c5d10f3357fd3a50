import type { Callback, TrainingState } from '@onecycle/callbacks'
import type { Tensor } from '@tensorflow/tfjs-core'
import { layersOf } from './layers.js'
import type { Layer, Model } from './trainable-model.js'

interface BatchNorm extends Layer {
  readonly momentum: number
  readonly movingMean: { read(): Tensor }
}

/** fastai's and PyTorch's momentum, in TensorFlow.js's terms: statistics that follow as fast are nobody's surprise. */
const usual = 0.9

/** Part of what running statistics begin with that may be left of it when a fit ends. */
const few = 0.05

/**
 * Says, once, that a fit was too short for the running statistics of a model's batch norms: what they begin with falls by the momentum with each
 * batch, and at TensorFlow.js's .99 a third of it is left after 110 batches. The model is measured and used with them. Statistics
 * that begin with what was trained before have settled already. No callback for a model
 * without batch norms that are as slow.
 */
export async function unsettledStatistics(model: Model, log: (line: string) => void): Promise<Callback[]> {
  const isSlow = (layer: Layer): layer is BatchNorm => 'movingMean' in layer && (layer as BatchNorm).momentum > usual
  const untrained = await fresh(layersOf(model).filter(isSlow))
  if (untrained.length === 0) return []
  let batches = 0
  let done = false
  return [
    {
      name: 'unsettledStatistics',
      async after_fit({ lr_finding, train_iter, reason }: TrainingState) {
        if (lr_finding || done) return
        batches += train_iter
        if (reason !== 'completed' && reason !== 'stopped') return
        done = true
        const frozen = await fresh(untrained)
        const left = (norm: BatchNorm) => norm.momentum ** batches
        const [worst] = untrained.filter(norm => !frozen.includes(norm)).sort((a, b) => left(b) - left(a))
        if (!worst || left(worst) <= few) return
        log(
          `The running statistics of ${worst.name} still hold ${Math.round(100 * left(worst))} % of what they began with: at momentum ${worst.momentum}, ` +
            `${batches} batches are too few for them to settle, and the model is measured and used with them. Give it momentum: ${usual}, or train longer.`,
        )
      },
    },
  ]
}

/** Those whose statistics are as they were made. */
async function fresh(norms: readonly BatchNorm[]): Promise<BatchNorm[]> {
  const means = await Promise.all(norms.map(({ movingMean }) => movingMean.read().data()))
  return norms.filter((_, i) => means[i]!.every((mean: number) => mean === 0))
}
