import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'

/** What is used of TensorFlow.js's engine, which keeps it to itself. */
interface Engine {
  readonly state: { readonly gradientDepth: number }
  keep(tensor: tf.Tensor): tf.Tensor
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor
  saveTensorsForBackwardMode?(tensors: tf.Tensor[]): tf.Tensor[]
}

/**
 * Has the engine save a tensor for the backward pass by counting a reference to its data. Its own way runs a kernel for each and records
 * that on the tape, which serves gradients of gradients alone; those keep it.
 */
export function shareSavedTensors(): void {
  const engine = tf.engine() as unknown as Engine
  const save = engine.saveTensorsForBackwardMode
  if (!save) return
  engine.saveTensorsForBackwardMode = tensors => {
    if (engine.state.gradientDepth !== 1 || tf.getBackend() !== 'wasm') return save.call(engine, tensors)
    const backend = tf.backend() as BackendWasm
    return tensors.map(({ dataId, shape, dtype }) => {
      backend.incRef(dataId)
      return engine.keep(engine.makeTensorFromTensorInfo({ dataId, shape, dtype }))
    })
  }
}
