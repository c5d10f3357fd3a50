import { nameOf, typeError, writeWhole } from '@onecycle/platform'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { disposeModel } from '../../model/dispose-model.js'
import { graphOf, nodesOf } from '../../model/graph.js'
import { isLayersModel, type Layer } from '../../model/trainable-model.js'
import { type Exported, exportedModel } from '../export-files.js'
import { type HdfGroup, hdf5 } from './hdf5.js'
import { isRecurrent, type KerasLayer, kerasLayer, serialized } from './keras-layer.js'
import { zip } from './zip.js'

/** Writes {@link kerasOf} under an address, whole or not at all, and gives it in full. `.keras` is added when missing. */
export async function exportKeras(parts: Exported, address: string): Promise<string> {
  const file = /\.keras$/.test(address) ? address : `${address}.keras`
  await writeWhole(file, kerasOf(parts))
  return nameOf(file)
}

/**
 * The model as a file of Keras 3: its layers, and weights as HDF5; what it is trained on, as {@link Manifest} in its metadata under
 * `onecycle`.
 *
 * @throws TypeError for a layer, an activation or an option that has no counterpart there
 */
export function kerasOf(parts: Exported): Uint8Array<ArrayBuffer> {
  const { net, manifest } = exportedModel(parts)
  try {
    const whole = functional(net)
    return zip({
      'metadata.json': json({ keras_version: oldest, onecycle: manifest }),
      'config.json': json({ ...serialized(whole), compile_config: null }),
      'model.weights.h5': hdf5(whole.weights),
    })
  } finally {
    disposeModel(net)
  }
}

/** The first version that reads inputs and outputs as they are written here. */
const oldest = '3.4.0'

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** Layer, number of its application, number of its output. */
type Place = readonly [name: string, node: number, tensor: number]

function functional(model: LayersModel): KerasLayer {
  const graph = graphOf(model)
  const layers = new Map<Layer, { name: string; inbound_nodes: object[] }>()
  const groups = new Map<string, HdfGroup>()
  // Keras finds weights by class and order, and orders layers as TensorFlow.js does: by depth.
  for (const layer of graph.layers) {
    const made = isLayersModel(layer) ? functional(layer) : isInput(layer) ? inputLayer(layer) : kerasLayer(layer)
    const name = unique(snake(made.class_name), groups)
    groups.set(name, made.weights)
    layers.set(layer, { ...serialized(made), name: layer.name, inbound_nodes: [] })
  }
  const places = new Map<SymbolicTensor, Place>(graph.inputs.map(tensor => [tensor, [tensor.sourceLayer.name, 0, 0]]))
  for (const { outboundLayer, inputTensors, outputTensors } of nodesOf(graph)) {
    if (inputTensors.length > 1 && isRecurrent(outboundLayer))
      throw typeError(
        'keras-unsupported',
        `The layer ${outboundLayer.name} begins with a state that another one gives (initialState), which cannot be written for Keras.`,
      )
    const { inbound_nodes } = layers.get(outboundLayer)!
    for (const [i, tensor] of outputTensors.entries()) places.set(tensor, [outboundLayer.name, inbound_nodes.length, i])
    const xs = inputTensors.map(tensor => kerasTensor(tensor, places.get(tensor)!))
    inbound_nodes.push({ args: [xs.length === 1 ? xs[0] : xs], kwargs: {} })
  }
  const outputs = graph.outputs.map(tensor => {
    const [name, node, i] = places.get(tensor)!
    // A model begins with an application of its own.
    return [name, isLayersModel(tensor.sourceLayer) ? node + 1 : node, i]
  })
  const inputs = graph.inputs.map(tensor => places.get(tensor)!)
  const config = {
    ...{ name: model.name, trainable: model.trainable, layers: [...layers.values()] },
    input_layers: inputs.length === 1 ? inputs[0] : inputs,
    output_layers: outputs.length === 1 ? outputs[0] : outputs,
  }
  return {
    class_name: 'Functional',
    config,
    weights: new Map([
      ['layers', groups],
      ['vars', new Map()],
    ]),
  }
}

function isInput(layer: Layer): boolean {
  return layer.getClassName() === 'InputLayer'
}

function inputLayer({ name, batchInputShape, dtype }: Layer): KerasLayer {
  return {
    class_name: 'InputLayer',
    config: { name, batch_shape: batchInputShape, dtype: dtype ?? 'float32' },
    weights: new Map([['vars', new Map()]]),
  }
}

function kerasTensor({ shape, dtype }: SymbolicTensor, keras_history: Place): object {
  return { class_name: '__keras_tensor__', config: { shape, dtype: dtype ?? 'float32', keras_history } }
}

function unique(name: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name
  let count = 1
  while (taken.has(`${name}_${count}`)) count++
  return `${name}_${count}`
}

/** The name of a class as Keras has it in files. */
function snake(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
