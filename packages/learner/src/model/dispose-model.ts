import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/**
 * Frees what the stateful layers of a model remember: it is no weight, and would outlive the model. They begin anew where their states are reset.
 */
export function freeStates(model: LayersModel): void {
  for (const layer of model.layers as { states_?: Tensor[] | null }[]) {
    if (!layer.states_) continue
    dispose(layer.states_)
    layer.states_ = null
  }
}

/** Frees a model, and what it remembers. */
export function disposeModel(model: LayersModel): void {
  freeStates(model)
  model.dispose()
}
