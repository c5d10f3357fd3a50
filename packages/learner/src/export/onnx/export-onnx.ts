import { nameOf, typeError, writeWhole } from '@onecycle/platform'
import { tidy } from '@tensorflow/tfjs-core'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { disposeModel } from '../../model/dispose-model.js'
import { graphOf, nodesOf } from '../../model/graph.js'
import { isLayersModel } from '../../model/trainable-model.js'
import { type Exported, exportedModel } from '../export-files.js'
import { isRecurrent } from '../keras/keras-layer.js'
import type { Applied } from './applied.js'
import { type Mask, masksBehind } from './masks.js'
import { OnnxGraph } from './onnx-graph.js'
import { operators } from './operators.js'

/** Writes {@link onnxOf} under an address, whole or not at all, and gives it in full. `.onnx` is added when missing. */
export async function exportOnnx(parts: Exported, address: string): Promise<string> {
  const file = /\.onnx$/.test(address) ? address : `${address}.onnx`
  await writeWhole(file, onnxOf(parts))
  return nameOf(file)
}

/**
 * The model as ONNX, with its inputs and outputs by their names, the batch of any size; what it is trained on, as {@link Manifest} in
 * its metadata under `onecycle`.
 *
 * @throws TypeError for a layer or an activation that it has no operators for
 */
export function onnxOf(parts: Exported): Uint8Array<ArrayBuffer> {
  const { net, manifest } = exportedModel(parts)
  try {
    const graph = new OnnxGraph()
    const inner = graphOf(net)
    const names = inner.inputs.map(({ sourceLayer, dtype, shape }) => {
      graph.input(sourceLayer.name, dtype, shape)
      return sourceLayer.name
    })
    const results = tidy(() => write(graph, net, names))
    for (const [i, { name }] of manifest.outputs.entries()) {
      // An output may not be an input too, nor have its name.
      const own = names.includes(name) ? `${name}_output` : name
      graph.op('Identity', [results[i]!], {}, own)
      graph.output(own, net.outputs[i]!.shape)
    }
    return graph.encode(net.name, { onecycle: JSON.stringify(manifest) })
  } finally {
    disposeModel(net)
  }
}

/** Writes a model's operators, and gives the names of its outputs. */
function write(graph: OnnxGraph, model: LayersModel, inputs: readonly string[]): string[] {
  const inner = graphOf(model)
  const names = new Map<SymbolicTensor, string>(inner.inputs.map((tensor, i) => [tensor, inputs[i]!]))
  const masks = new Map<SymbolicTensor, Mask | undefined>()
  for (const { outboundLayer: layer, inputTensors, outputTensors } of nodesOf(inner)) {
    const xs = inputTensors.map(tensor => names.get(tensor)!)
    const given = inputTensors.map(tensor => masks.get(tensor))
    const made = isLayersModel(layer)
      ? write(graph, layer, xs)
      : operator(graph, layer, xs, given[0], inputTensors, outputTensors)
    // A model within a model hands none on.
    const handed = isLayersModel(layer) ? [] : masksBehind(graph, layer, xs, given)
    for (const [i, tensor] of outputTensors.entries()) {
      names.set(tensor, made[i]!)
      masks.set(tensor, handed[i])
    }
  }
  return inner.outputs.map(tensor => names.get(tensor)!)
}

function operator(
  graph: OnnxGraph,
  layer: SymbolicTensor['sourceLayer'],
  xs: readonly string[],
  mask: Mask | undefined,
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): readonly string[] {
  const kind = layer.getClassName()
  const own = Object.hasOwn(operators, kind) ? operators[kind] : undefined
  if (!own)
    throw typeError(
      'onnx-unsupported',
      `The layer ${layer.name} is a ${kind}, which cannot be written as ONNX; there are ${Object.keys(operators).join(', ')}.`,
    )
  const config = layer.getConfig() as unknown as Applied['config']
  const shapes = { inputShape: inputs[0]!.shape, outputShape: outputs[0]!.shape }
  // Of the others none looks at it.
  const counts = isRecurrent(layer) ? mask?.() : undefined
  return [own({ graph, layer, config, weights: layer.getWeights(), xs, mask: counts, ...shapes })].flat()
}
