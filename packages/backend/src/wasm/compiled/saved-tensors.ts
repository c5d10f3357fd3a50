import * as tf from '@tensorflow/tfjs-core'

/** What is used of TensorFlow.js's engine, which keeps it to itself. */
interface Engine {
  readonly state: { readonly gradientDepth: number }
  addTapeNode(
    kernelName: string,
    inputs: tf.NamedTensorMap,
    outputs: tf.Tensor[],
    gradient: undefined,
    saved: tf.Tensor[],
    attrs: object,
  ): void
  keep(tensor: tf.Tensor): tf.Tensor
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor
  saveTensorsForBackwardMode?(tensors: tf.Tensor[]): tf.Tensor[]
}

/** A backend that counts who holds a piece of data. */
interface CountingBackend {
  incRef(dataId: tf.DataId): void
}
const counting: ReadonlySet<string> = new Set(['wasm', 'webgpu'])

/**
 * Has the engine save a tensor for the backward pass by counting a reference to its data, where its own way runs a kernel. The tape
 * still records that one is the other: a gradient that is itself differentiated goes back through what was saved.
 */
export function shareSavedTensors(): void {
  const engine = tf.engine() as unknown as Engine
  const save = engine.saveTensorsForBackwardMode
  if (!save) return
  engine.saveTensorsForBackwardMode = tensors => {
    if (engine.state.gradientDepth !== 1 || !counting.has(tf.getBackend())) return save.call(engine, tensors)
    const backend = tf.backend() as unknown as CountingBackend
    return tensors.map(x => {
      const { dataId, shape, dtype } = x
      backend.incRef(dataId)
      const saved = engine.keep(engine.makeTensorFromTensorInfo({ dataId, shape, dtype }))
      engine.addTapeNode(tf.Identity, { x }, [saved], undefined, [], {})
      return saved
    })
  }
}
