import { rangeError, show } from '@onecycle/platform'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { graphOf, nodesOf } from '../graph.js'
import { groupStarts } from '../group-starts.js'

/** A model that makes features of pictures, taken apart where it halves them. */
export interface Stages {
  readonly inputs: SymbolicTensor
  /** What comes out last. */
  readonly bottom: SymbolicTensor
  /** The last of each size before it is halved, largest first. */
  readonly skips: readonly SymbolicTensor[]
  /** Layers that begin groups. */
  readonly starts: readonly string[]
}

/** A side that can be halved ten times, and that no padding makes look like another power of two. */
const trial = 1024

/** @throws RangeError for a model that does not halve pictures, or is not from one picture to its features */
export function stagesOf(body: LayersModel): Stages {
  const graph = graphOf(body)
  const [picture, bottom] = [graph.inputs[0]!, graph.outputs[0]!]
  if (graph.inputs.length !== 1 || graph.outputs.length !== 1 || picture.shape.length !== 4 || bottom.shape.length !== 4)
    throw rangeError(
      'body-of-model',
      `body of unet, ${body.name}, is from ${sides(graph.inputs)} to ${sides(graph.outputs)}; expected one picture [batch, height, width, channels] ` +
        'and its features of as many axes: create_body(model, cut) takes the head off.',
    )
  const shapes = shapesAt(graph, trial)
  const steps = Math.log2(trial / shapes.get(bottom)![1]!)
  if (!Number.isInteger(steps) || steps < 1)
    throw rangeError(
      'body-of-model',
      `body of unet, ${body.name}, makes ${show(shapes.get(bottom))} of a picture of ${trial} x ${trial}; expected a half of it, a quarter, or the like.`,
    )
  const all = [picture, ...nodesOf(graph).flatMap(({ outputTensors }) => outputTensors)]
  const skips = Array.from({ length: steps }, (_, step) => {
    const skip = all.findLast(tensor => shapes.get(tensor)![1] === trial / 2 ** step && tensor.shape.length === 4)
    if (skip) return skip
    throw rangeError(
      'body-of-model',
      `body of unet, ${body.name}, never has 1 / ${2 ** step} of the picture's size; expected one that halves it step by step.`,
    )
  })
  return { inputs: picture, bottom, skips, starts: groupStarts(body) }
}

/** Shapes of all that layers make of a square picture of this side. */
function shapesAt(graph: LayersModel, side: number): Map<SymbolicTensor, readonly (number | null)[]> {
  const picture = graph.inputs[0]!
  const shapes = new Map<SymbolicTensor, (number | null)[]>([[picture, [null, side, side, picture.shape[3]!]]])
  for (const { outboundLayer, inputTensors, outputTensors } of nodesOf(graph)) {
    const given = inputTensors.map(tensor => shapes.get(tensor)!)
    const made = outboundLayer.computeOutputShape(given.length === 1 ? given[0]! : given)
    const several = Array.isArray(made[0]) ? (made as (number | null)[][]) : [made as (number | null)[]]
    for (const [i, tensor] of outputTensors.entries()) shapes.set(tensor, several[i]!)
  }
  return shapes
}

function sides(tensors: readonly SymbolicTensor[]): string {
  return tensors.map(({ shape }) => `[${shape.map(side => side ?? 'any')}]`).join(' and ')
}
