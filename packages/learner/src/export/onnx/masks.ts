import { typeError } from '@onecycle/platform'
import type { Layer } from '../../model/trainable-model.js'
import type { OnnxGraph } from './onnx-graph.js'

/** Writes which steps count, [batch, steps] of 0 and 1, and gives the name: as soon as a layer asks. */
export type Mask = () => string

/** What TensorFlow.js hands on with a layer's outputs, as a mask or none for each. */
export function masksBehind(
  graph: OnnxGraph,
  layer: Layer,
  xs: readonly string[],
  masks: readonly (Mask | undefined)[],
): readonly (Mask | undefined)[] {
  const kind = layer.getClassName()
  const { maskZero, maskValue } = layer.getConfig() as { maskZero?: boolean; maskValue?: number }
  if (kind === 'Embedding') return maskZero ? [once(() => float(graph, graph.op('Cast', [xs[0]!], { to: 9 })))] : []
  if (kind === 'Masking') return [once(() => graph.op('Squeeze', [shownSteps(graph, xs[0]!, maskValue!), graph.ints([2])]))]
  const { returnSequences, supportsMasking, mergeMode } = layer as Layer & Partial<Handing>
  const given = masks[0]
  // A recurrent layer is the only one that has a say in it.
  if (returnSequences !== undefined) return returnSequences ? (mergeMode === null ? [given, given] : [given]) : []
  if (!supportsMasking || masks.every(mask => !mask)) return []
  return xs.length > 1 ? [() => refuse(layer)] : [given]
}

interface Handing {
  readonly returnSequences: boolean
  readonly supportsMasking: boolean
  readonly mergeMode: string | null
}

/** 1 for each step of which a figure is another one than `maskValue`, [batch, steps, 1]. */
export function shownSteps(graph: OnnxGraph, x: string, maskValue: number): string {
  const hidden = graph.op('Equal', [x, graph.floats(Float32Array.of(maskValue), [1])])
  return graph.op('ReduceMax', [float(graph, graph.op('Not', [hidden]))], { axes: [-1], keepdims: 1 })
}

function float(graph: OnnxGraph, x: string): string {
  return graph.op('Cast', [x], { to: 1 })
}

function once(write: Mask): Mask {
  let name: string | undefined
  return () => {
    name ??= write()
    return name
  }
}

function refuse({ name }: Layer): never {
  throw typeError(
    'onnx-unsupported',
    `The layer ${name} has several inputs of which one has steps that do not count, which a recurrent layer behind it is told: this cannot be written as ONNX. ` +
      'Leave steps out behind it, by layers.masking.',
  )
}
