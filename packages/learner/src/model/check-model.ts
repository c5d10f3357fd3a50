import { refuseHiddenWeights } from './hidden-weights.js'
import { refuseActivityRegularizers } from './penalty.js'
import type { Model } from './trainable-model.js'
import { refuseOtherCopies } from './two-copies.js'

/** @throws TypeError for a model of which something would be left out without a word. */
export function checkModel(model: Model): void {
  refuseOtherCopies(model)
  refuseHiddenWeights(model)
  refuseActivityRegularizers(model)
}
