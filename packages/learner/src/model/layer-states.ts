import type { Callback } from '@onecycle/callbacks'
import { dispose, keep, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { layersOf } from './layers.js'
import type { Layer, Model } from './trainable-model.js'

/** What the `stateful` recurrent layers of a model remember of the last batch: away from the backend, layer by layer. */
export type LayerStates = readonly (readonly { readonly shape: readonly number[]; readonly values: Float32Array }[])[]

/** An LSTM, GRU, simple RNN or ConvLSTM2D that was made with `stateful: true`. */
interface StatefulLayer extends Layer {
  readonly states_: Tensor[]
  /** One list a training batch, which TensorFlow.js keeps until the states are reset. */
  keptStates: Tensor[][]
  resetStates(states?: Tensor[]): void
}

export async function copyStates(model: Model): Promise<LayerStates> {
  const copy = async (state: Tensor) => ({ shape: [...state.shape], values: new Float32Array(await state.data()) })
  return Promise.all(statefulLayers(model).map(({ states_ }) => Promise.all(states_.map(copy))))
}

/** Has the layers remember what they did when the copy was made. */
export function putStates(model: Model, states: LayerStates): void {
  for (const [i, layer] of statefulLayers(model).entries()) {
    // What was kept for the gradients of past batches goes with the first call.
    layer.resetStates()
    tidy(() => layer.resetStates(states[i]!.map(({ shape, values }) => tensor(values.slice(), [...shape], 'float32'))))
  }
}

/** Measures without moving what stateful layers remember: training goes on from there. */
export async function keepingStates<T>(model: Model, measure: () => Promise<T>): Promise<T> {
  const putBack = setStatesAside(model)
  try {
    return await measure()
  } finally {
    putBack()
  }
}

/** Makes room for what the layers will remember of other batches. Returns what has them remember what they do now. */
export function setStatesAside(model: Model): () => void {
  const before = new Map(statefulLayers(model).map(layer => [layer, layer.states_.map(state => keep(state.clone()))]))
  return () => {
    for (const layer of statefulLayers(model)) {
      // One that remembered nothing yet begins anew.
      const states = before.get(layer)
      if (states) layer.resetStates(states)
      else layer.resetStates()
      dispose(states ?? [])
    }
  }
}

/** Frees what stateful layers keep for the gradients of a batch when it is over; undefined for a model without any. */
export function freeKeptStates(model: Model): Callback | undefined {
  const stateful = statefulLayers(model)
  if (stateful.length === 0) return undefined
  return {
    name: 'freeKeptStates',
    after_batch: () => {
      for (const layer of stateful) dispose(layer.keptStates.splice(0))
    },
  }
}

function statefulLayers(model: Model): StatefulLayer[] {
  const layers = layersOf(model) as StatefulLayer[]
  return layers.filter(layer => layer.stateful && Array.isArray(layer.states_))
}
