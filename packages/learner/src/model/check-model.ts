import { refuseHiddenWeights } from './hidden-weights.js'
import { mendLayers } from './mend-layers.js'
import { refuseActivityRegularizers } from './penalty.js'
import type { Model } from './trainable-model.js'
import { refuseOtherCopies } from './two-copies.js'

/**
 * Looks at a model before it is used, and mends what TensorFlow.js left behind in it.
 *
 * @throws TypeError for a model of which something would be left out without a word.
 */
export function checkModel(model: Model): void {
  refuseOtherCopies(model)
  mendLayers(model)
  refuseHiddenWeights(model)
  refuseActivityRegularizers(model)
}
