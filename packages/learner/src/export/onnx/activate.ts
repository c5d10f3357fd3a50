import { typeError } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { OnnxGraph } from './onnx-graph.js'

export function constant(graph: OnnxGraph, weight: Tensor): string {
  return graph.floats(Float32Array.from(weight.dataSync()), weight.shape)
}

export function biased(graph: OnnxGraph, x: string, bias: Tensor | undefined): string {
  return bias ? graph.op('Add', [x, constant(graph, bias)]) : x
}

const number = (graph: OnnxGraph, value: number) => graph.floats(Float32Array.of(value), [1])

/** Activations by TensorFlow.js's names. */
const activations: Readonly<Record<string, (graph: OnnxGraph, x: string) => string>> = {
  linear: (_, x) => x,
  relu: (graph, x) => graph.op('Relu', [x]),
  relu6: (graph, x) => graph.op('Clip', [x, graph.floats(Float32Array.of(0), []), graph.floats(Float32Array.of(6), [])]),
  sigmoid: (graph, x) => graph.op('Sigmoid', [x]),
  tanh: (graph, x) => graph.op('Tanh', [x]),
  softmax: (graph, x) => graph.op('Softmax', [x], { axis: -1 }),
  softplus: (graph, x) => graph.op('Softplus', [x]),
  softsign: (graph, x) => graph.op('Softsign', [x]),
  elu: (graph, x) => graph.op('Elu', [x]),
  selu: (graph, x) => graph.op('Selu', [x]),
  hardSigmoid: (graph, x) => graph.op('HardSigmoid', [x], { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  gelu: (graph, x) => {
    const below = graph.op('Erf', [graph.op('Mul', [x, number(graph, Math.SQRT1_2)])])
    return graph.op('Mul', [graph.op('Mul', [x, number(graph, 0.5)]), graph.op('Add', [below, number(graph, 1)])])
  },
  geluNew: (graph, x) => {
    const cube = graph.op('Mul', [graph.op('Mul', [x, x]), graph.op('Mul', [x, number(graph, 0.044715)])])
    const below = graph.op('Tanh', [graph.op('Mul', [graph.op('Add', [x, cube]), number(graph, Math.sqrt(2 / Math.PI))])])
    return graph.op('Mul', [graph.op('Mul', [x, number(graph, 0.5)]), graph.op('Add', [below, number(graph, 1)])])
  },
  swish: (graph, x) => graph.op('Mul', [x, graph.op('Sigmoid', [x])]),
}

export function activate(graph: OnnxGraph, given: unknown, x: string): string {
  const name = String(given ?? 'linear').replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const own = Object.hasOwn(activations, name) ? activations[name] : undefined
  if (own) return own(graph, x)
  throw typeError(
    'onnx-unsupported',
    `The activation ${name} cannot be written as ONNX; there are ${Object.keys(activations).join(', ')}.`,
  )
}
