import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { Layer } from './trainable-model.js'

/** One application of a layer. */
export interface Node {
  readonly outboundLayer: Layer
  readonly inputTensors: SymbolicTensor[]
  readonly outputTensors: SymbolicTensor[]
}

/** A Sequential keeps its graph in a model of its own, which it makes when it is needed. */
export function graphOf(given: LayersModel): LayersModel {
  if ('pop' in given && !given.built) given.build(given.inputs[0]!.shape)
  return (given as { model?: LayersModel }).model ?? given
}

/** Applications of layers, each after those that it takes from. */
export function nodesOf(graph: LayersModel): Node[] {
  const { nodesByDepth } = graph as unknown as { nodesByDepth: Record<string, Node[]> }
  const depths = Object.keys(nodesByDepth).map(Number)
  return depths
    .sort((a, b) => b - a)
    .flatMap(depth => nodesByDepth[depth]!)
    .filter(({ outboundLayer }) => outboundLayer.getClassName() !== 'InputLayer')
}
