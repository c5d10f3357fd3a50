import { typeError } from '@onecycle/platform'
import { type Tensor, transpose } from '@tensorflow/tfjs-core'
import type { Layer } from '../../model/trainable-model.js'
import type { Applied } from './applied.js'
import type { OnnxGraph } from './onnx-graph.js'

/** What is used of a recurrent layer of TensorFlow.js's, or of ours. */
interface Rnn extends Layer {
  readonly returnSequences: boolean
  readonly returnState: boolean
  readonly goBackwards: boolean
  readonly stateful: boolean
}

interface Cell {
  readonly units: number
  readonly useBias: boolean
  readonly activation: string
  readonly recurrentActivation?: string
  readonly resetAfter?: boolean
  readonly zeroOutputForMask?: boolean
}

type Both = Layer & { readonly forwardLayer: Rnn; readonly backwardLayer: Rnn; readonly mergeMode: string | null }

type Kind = 'LSTM' | 'GRU' | 'SimpleRNN'

/** Which of Keras's gates stand where ONNX has them: its LSTM's come as input, output, forget, candidate. */
const order: Readonly<Record<Kind, readonly number[]>> = { LSTM: [0, 3, 1, 2], GRU: [0, 1, 2], SimpleRNN: [0] }

/** By TensorFlow.js's names, with what ONNX multiplies by and adds to. */
const activations: Readonly<Record<string, readonly [name: string, alpha?: number, beta?: number]>> = {
  tanh: ['Tanh'],
  sigmoid: ['Sigmoid'],
  relu: ['Relu'],
  hardSigmoid: ['HardSigmoid', 0.2, 0.5],
  linear: ['Affine', 1, 0],
  elu: ['Elu', 1],
  softsign: ['Softsign'],
  softplus: ['Softplus'],
}

/** Names of what a layer answers with, as often as it does. */
export function recurrent({ graph, layer, xs, mask }: Applied): string[] {
  const rnn = layer as Rnn
  const { y, states } = pass(graph, rnn, xs, mask, false)
  return rnn.returnState ? [y, ...states] : [y]
}

export function bidirectional({ graph, layer, xs, mask }: Applied): string[] {
  const { forwardLayer, backwardLayer, mergeMode } = layer as Both
  const [x, ...first] = xs as [string, ...string[]]
  const half = first.length / 2
  const there = pass(graph, forwardLayer, [x, ...first.slice(0, half)], mask, false)
  // What the second has made is turned round.
  const back = pass(graph, backwardLayer, [x, ...first.slice(half)], mask, true)
  const ys = [there.y, back.y]
  const merged = mergeMode === null ? ys : [merge(graph, mergeMode, ys)]
  return forwardLayer.returnState ? [...merged, ...there.states, ...back.states] : merged
}

function merge(graph: OnnxGraph, mode: string, ys: readonly string[]): string {
  if (mode === 'concat') return graph.op('Concat', ys, { axis: -1 })
  return graph.op(mode === 'sum' ? 'Sum' : mode === 'ave' ? 'Mean' : 'Mul', ys)
}

/** All steps of a layer, [batch, steps, units] in the order that it took them (or `turned` round) or of the last one, and its last states. */
function pass(
  graph: OnnxGraph,
  layer: Rnn,
  [x, ...first]: readonly string[],
  mask: string | undefined,
  turned: boolean,
): { y: string; states: readonly string[] } {
  if (layer.stateful)
    throw typeError(
      'onnx-unsupported',
      `The layer ${layer.name} remembers its state from batch to batch (stateful), which cannot be written as ONNX.`,
    )
  const kind = layer.getClassName() as Kind
  const places = mask === undefined ? undefined : placesOf(graph, mask, layer.goBackwards)
  const steps = graph.op('Transpose', [places ? places.gather(x!) : x!], { perm: [1, 0, 2] })
  const given = first.map(state => graph.op('Unsqueeze', [state, graph.ints([0])]))
  const inputs = [steps, ...weightsOf(graph, kind, layer), places?.lengths ?? '', ...given]
  while (inputs.at(-1) === '') inputs.pop()
  const { units, resetAfter, zeroOutputForMask } = configOf(layer)
  const options = {
    ...{ hidden_size: units, direction: layer.goBackwards ? 'reverse' : 'forward', ...activationsOf(layer, kind) },
    ...(kind === 'GRU' && { linear_before_reset: Number(Boolean(resetAfter)) }),
  }
  const [all, ...last] = graph.ops(kind === 'SimpleRNN' ? 'RNN' : kind, inputs, options, kind === 'LSTM' ? 3 : 2)
  const one = (state: string) => graph.op('Squeeze', [state, graph.ints([0])])
  const states = last.map((state, i) => (places ? places.orFirst(one(state), first[i]) : one(state)))
  if (!layer.returnSequences) return { y: states[0]!, states }
  const byTime = graph.op('Transpose', [graph.op('Squeeze', [all!, graph.ints([1])])], { perm: [1, 0, 2] })
  const spread = places ? places.spread(byTime, first[0]) : byTime
  const y = zeroOutputForMask && mask ? graph.op('Mul', [spread, graph.op('Unsqueeze', [mask, graph.ints([2])])]) : spread
  return { y: layer.goBackwards === turned ? y : reversed(graph, y), states }
}

const configOf = (layer: Rnn) => layer.getConfig() as unknown as Cell

/** Steps from the last to the first. */
function reversed(graph: OnnxGraph, y: string): string {
  return graph.op('Slice', [y, graph.ints([-1]), graph.ints([-(2 ** 31)]), graph.ints([1]), graph.ints([-1])])
}

function weightsOf(graph: OnnxGraph, kind: Kind, layer: Rnn): string[] {
  const { units, useBias, resetAfter } = configOf(layer)
  const [kernel, recurrentKernel, bias] = layer.getWeights() as [Tensor, Tensor, Tensor?]
  // Rows of gates, in ONNX's order.
  const ordered = (values: Float32Array, width: number) => {
    const rows = order[kind].map(gate => values.subarray(gate * units * width, (gate + 1) * units * width))
    return Float32Array.from(rows.flatMap(row => [...row]))
  }
  const matrix = (weight: Tensor) => {
    const [depth, columns] = weight.shape as [number, number]
    return graph.floats(ordered(transpose(weight).dataSync() as Float32Array, depth), [1, columns, depth])
  }
  const own = [matrix(kernel), matrix(recurrentKernel)]
  if (!useBias) return [...own, '']
  const values = bias!.dataSync() as Float32Array
  const columns = order[kind].length * units
  const both = [values.subarray(0, columns), resetAfter ? values.subarray(columns) : new Float32Array(columns)]
  return [...own, graph.floats(Float32Array.from(both.flatMap(row => [...ordered(row, 1)])), [1, 2 * columns])]
}

function activationsOf(layer: Rnn, kind: Kind) {
  const { activation, recurrentActivation } = configOf(layer)
  const names = {
    SimpleRNN: [activation],
    GRU: [recurrentActivation, activation],
    LSTM: [recurrentActivation, activation, activation],
  }
  const own = names[kind].map(given => {
    const name = String(given ?? 'linear')
    if (Object.hasOwn(activations, name)) return activations[name]!
    throw typeError(
      'onnx-unsupported',
      `The layer ${layer.name} has the activation ${name}, which recurrent layers of ONNX have not; there are ${Object.keys(activations).join(', ')}.`,
    )
  })
  const numbers = (place: 1 | 2) => own.map(each => each[place]).filter(value => value !== undefined)
  return {
    activations: { words: own.map(([name]) => name) },
    ...(numbers(1).length > 0 && { activation_alpha: { floats: numbers(1) } }),
    ...(numbers(2).length > 0 && { activation_beta: { floats: numbers(2) } }),
  }
}

/**
 * Where the steps stand that a mask [batch, steps] of 0 and 1 does not leave out. ONNX knows lengths alone: those steps are moved to the front, and what
 * comes of them is put back to where they were, and to where the state is still what it was behind them.
 */
function placesOf(graph: OnnxGraph, mask: string, goesBackwards: boolean) {
  const count = graph.op('Gather', [graph.op('Shape', [mask]), graph.int(1)], { axis: 0 })
  const float = (x: string) => graph.op('Cast', [x], { to: 1 })
  const counts = graph.op('ReduceSum', [mask, graph.ints([1])], { keepdims: 1 })
  const numbers = float(graph.op('Range', [graph.int(0), count, graph.int(1)]))
  const rank = graph.op('Sub', [graph.op('Mul', [mask, float(count)]), numbers])
  const [, front] = graph.ops('TopK', [rank, graph.op('Unsqueeze', [count, graph.ints([0])])], { axis: 1 }, 2)
  const zero = graph.floats(Float32Array.of(0), [1])
  // Of the steps before this one, or from it on, the one that came last; -1 and the count are none.
  const before = graph.op('CumSum', [mask, graph.int(1)], { exclusive: goesBackwards ? 1 : 0 })
  const latest = goesBackwards ? before : graph.op('Sub', [before, graph.floats(Float32Array.of(1), [1])])
  const there = goesBackwards ? graph.op('Less', [latest, counts]) : graph.op('GreaterOrEqual', [latest, zero])
  const back = graph.op('Cast', [graph.op('Max', [latest, zero])], { to: 7 })
  const wide = (x: string) => graph.op('Unsqueeze', [x, graph.ints([2])])
  const pick = (x: string, places: string) => {
    // As wide as what is picked of.
    const shape = graph.op('Shape', [x])
    return graph.op('GatherElements', [x, graph.op('Expand', [wide(places), shape])], { axis: 1 })
  }
  const begun = graph.op('Greater', [counts, zero])
  return {
    lengths: graph.op('Cast', [graph.op('Squeeze', [counts, graph.ints([1])])], { to: 6 }),
    gather: (x: string) => pick(x, front!),
    spread: (y: string, first: string | undefined) => {
      const state = first ? graph.op('Unsqueeze', [first, graph.ints([1])]) : zero
      return graph.op('Where', [wide(there), pick(y, back), state])
    },
    orFirst: (state: string, first: string | undefined) => graph.op('Where', [begun, state, first ?? zero]),
  }
}
