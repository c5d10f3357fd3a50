import { typeError } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Layer } from '../../model/trainable-model.js'
import { activate, biased, constant } from './activate.js'
import type { Applied } from './applied.js'
import type { OnnxGraph } from './onnx-graph.js'

/** Options of our own layers of attention, of which each has its own. */
interface AttentionConfig {
  readonly numHeads: number
  readonly useBias: boolean
  readonly useCausalMask: boolean
  readonly activation: string
  readonly layerNormEpsilon: number
  readonly normalizeFirst: boolean
  readonly maskZero: boolean
}

type Given = Omit<Applied, 'config'> & { readonly config: AttentionConfig }

export function positionalEmbedding({ graph, layer, config, weights: [tokens, places], xs }: Given): string {
  refuseMasks(layer, config.maskZero)
  const found = graph.op('Gather', [constant(graph, tokens!), graph.op('Cast', [xs[0]!], { to: 6 })], { axis: 0 })
  const length = graph.op('Slice', [graph.op('Shape', [xs[0]!]), graph.ints([1]), graph.ints([2])])
  return graph.op('Add', [found, graph.op('Slice', [constant(graph, places!), graph.ints([0]), length, graph.ints([0])])])
}

export function multiHeadAttention({ graph, layer, config, weights, xs }: Given): string {
  const [query, value = query, key = value, visible] = xs as [string, string?, string?, string?]
  refuseMasks(layer, false)
  return attention(graph, config, weights, [query, key!, value!], visible)
}

/** The weights stand in the order of its parts. */
export function transformerBlock({ graph, layer, config, weights, xs }: Given): string {
  refuseMasks(layer, false)
  const left = [...weights]
  const own = { ...config, useBias: true }
  const [first, memory] = xs as [string, string?]
  const half = (x: string, run: (x: string) => string) => {
    const norm = left.splice(0, 2)
    const normal = (y: string) => layerNorm(graph, y, config.layerNormEpsilon, norm[0], norm[1])
    const sum = graph.op('Add', [x, run(config.normalizeFirst ? normal(x) : x)])
    return config.normalizeFirst ? sum : normal(sum)
  }
  const attended = half(first, x => attention(graph, own, left.splice(0, 8), [x, x, x]))
  const further = memory
    ? half(attended, x => attention(graph, { ...own, useCausalMask: false }, left.splice(0, 8), [x, memory, memory]))
    : attended
  return half(further, x => {
    const wide = activate(graph, config.activation, product(graph, x, left.splice(0, 2)))
    return product(graph, wide, left.splice(0, 2))
  })
}

/** Over the last axis. */
export function layerNorm(graph: OnnxGraph, x: string, epsilon: number, gamma?: Tensor, beta?: Tensor): string {
  const mean = (of: string) => graph.op('ReduceMean', [of], { axes: [-1], keepdims: 1 })
  const centered = graph.op('Sub', [x, mean(x)])
  const variance = mean(graph.op('Mul', [centered, centered]))
  const deviation = graph.op('Sqrt', [graph.op('Add', [variance, graph.floats(Float32Array.of(epsilon), [1])])])
  const normal = graph.op('Div', [centered, deviation])
  return biased(graph, gamma ? graph.op('Mul', [normal, constant(graph, gamma)]) : normal, beta)
}

function attention(
  graph: OnnxGraph,
  { numHeads, useBias, useCausalMask }: AttentionConfig,
  weights: readonly Tensor[],
  [query, key, value]: readonly [string, string, string],
  visible?: string,
): string {
  const per = useBias ? 2 : 1
  const part = (i: number) => weights.slice(per * i, per * (i + 1))
  const heads = (x: string, i: number, perm: number[]) => {
    const size = part(i)[0]!.shape[1]! / numHeads
    return graph.op('Transpose', [graph.op('Reshape', [product(graph, x, part(i)), graph.ints([0, 0, numHeads, size])])], {
      perm,
    })
  }
  const scale = Math.sqrt(numHeads / part(0)[0]!.shape[1]!)
  const agreement = graph.op('MatMul', [heads(query, 0, [0, 2, 1, 3]), heads(key, 1, [0, 2, 3, 1])])
  let scores = graph.op('Mul', [agreement, graph.floats(Float32Array.of(scale), [1])])
  // Less than any score: what may not be looked at.
  const never = () => graph.floats(Float32Array.of(-1e30), [1])
  if (useCausalMask) scores = graph.op('Where', [causal(graph, scores), scores, never()])
  const shown = visible && graph.op('Unsqueeze', [visible, graph.ints([1])])
  if (shown) scores = graph.op('Where', [graph.op('Cast', [shown], { to: 9 }), scores, never()])
  let mixture = graph.op('Softmax', [scores], { axis: -1 })
  if (shown) mixture = graph.op('Mul', [mixture, graph.op('Cast', [graph.op('Cast', [shown], { to: 9 })], { to: 1 })])
  const found = graph.op('Transpose', [graph.op('MatMul', [mixture, heads(value, 2, [0, 2, 1, 3])])], { perm: [0, 2, 1, 3] })
  return product(graph, graph.op('Reshape', [found, graph.ints([0, 0, part(3)[0]!.shape[0]!])]), part(3))
}

/** Whether key j stands no later than query i, for scores [batch, heads, queries, keys]. */
function causal(graph: OnnxGraph, scores: string): string {
  const shape = graph.op('Shape', [scores])
  const numbers = (axis: number) =>
    graph.op('Range', [graph.int(0), graph.op('Gather', [shape, graph.int(axis)], { axis: 0 }), graph.int(1)])
  return graph.op('GreaterOrEqual', [graph.op('Unsqueeze', [numbers(2), graph.ints([1])]), numbers(3)])
}

function product(graph: OnnxGraph, x: string, [kernel, bias]: readonly Tensor[]): string {
  return biased(graph, graph.op('MatMul', [x, constant(graph, kernel!)]), bias)
}

/** ONNX hands no masks on: what fills texts up would be looked at. */
function refuseMasks(layer: Layer, own: boolean): void {
  if (own || behindMask(layer, new Set()))
    throw typeError(
      'onnx-unsupported',
      `The layer ${layer.name} (${layer.getClassName()}) leaves out what an embedding with maskZero fills up, which cannot be written as ONNX. ` +
        'Give attention an input that says what is visible in its place, or make the embedding with maskZero: false.',
    )
}

function behindMask(layer: Layer, seen: Set<Layer>): boolean {
  if (seen.has(layer)) return false
  seen.add(layer)
  if ((layer.getConfig() as Partial<AttentionConfig>).maskZero) return true
  return layer.inboundNodes.some(({ inboundLayers }) => inboundLayers.some(each => behindMask(each, seen)))
}
