import { typeError } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import { transpose } from '@tensorflow/tfjs-core'
import type { Layer } from '../../model/trainable-model.js'
import { activate, biased, constant } from './activate.js'
import type { Applied, LayerConfig } from './applied.js'
import { layerNorm, multiHeadAttention, positionalEmbedding, transformerBlock } from './attention-operators.js'
import { shownSteps } from './masks.js'
import { bidirectional, recurrent } from './recurrent-operators.js'

/** Gives the name of what a layer answers with, or of each of several. */
type Operator = (applied: Applied) => string | string[]

const same: Operator = ({ xs }) => xs[0]!

/** What stands for a layer, by its class. Pictures stay [batch, height, width, channels], and are turned where ONNX wants channels first. */
export const operators: Readonly<Record<string, Operator>> = {
  ...{ Dropout: same, SpatialDropout1D: same, GaussianNoise: same, GaussianDropout: same, AlphaDropout: same },
  Dense: ({ graph, config, weights: [kernel, bias], xs }) =>
    activate(graph, config.activation, biased(graph, graph.op('MatMul', [xs[0]!, constant(graph, kernel!)]), bias)),
  Conv1D: applied => {
    const { weights: [kernel, bias] } = applied // biome-ignore format: a table
    return convolve(applied, transpose(kernel!, [2, 1, 0]), bias, 1)
  },
  Conv2D: applied => {
    const { weights: [kernel, bias] } = applied // biome-ignore format: a table
    return convolve(applied, transpose(kernel!, [3, 2, 0, 1]), bias, 1)
  },
  DepthwiseConv2D: applied => {
    const { weights: [kernel, bias] } = applied // biome-ignore format: a table
    const [height, width, channels, multiplier] = kernel!.shape as [number, number, number, number]
    return convolve(applied, transpose(kernel!, [2, 3, 0, 1]).reshape([channels * multiplier, 1, height, width]), bias, channels)
  },
  Conv2DTranspose: applied => {
    const { graph, config, weights: [kernel, bias] } = applied // biome-ignore format: a table
    const strides = forEach(config.strides, 2)
    const sides = kernel!.shape.slice(0, 2)
    // Where steps are longer than the filter is wide, there are zeros at the end; 'same' cuts off what is more than they are long.
    const output_padding = sides.map((side, axis) => Math.max(0, strides[axis]! - side))
    const cut = sides.map((side, axis) => (config.padding === 'same' ? Math.max(0, side - strides[axis]!) / 2 : 0))
    const pads = [...cut.map(Math.floor), ...cut.map(Math.ceil)]
    const turned = constant(graph, transpose(kernel!, [3, 2, 0, 1]))
    const made = channelsFirst(applied, x => graph.op('ConvTranspose', [x, turned], { strides, pads, output_padding }))
    return activate(graph, config.activation, biased(graph, made, bias))
  },
  UpSampling2D: applied => {
    const { graph, layer, config } = applied
    if (config.interpolation !== 'nearest')
      throw typeError(
        'onnx-unsupported',
        `${layer.name} interpolates by ${config.interpolation}; only 'nearest' can be written as ONNX.`,
      )
    const scales = graph.floats(Float32Array.of(1, 1, ...forEach(config.size, 2)), [4])
    const how = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
    return channelsFirst(applied, x => graph.op('Resize', [x, '', scales], how))
  },
  BatchNormalization: ({ graph, layer, config, weights, xs, inputShape }) => {
    const axis = config.axis
    if (axis !== -1 && axis !== inputShape.length - 1)
      throw typeError('onnx-unsupported', `${layer.name} normalizes the axis ${axis}; only the last one can be written as ONNX.`)
    const [scale, center] = [config.scale, config.center]
    const own = weights.map(weight => weight.dataSync())
    const [mean, variance] = own.slice(-2)
    const gamma = scale ? own[0]! : undefined
    const beta = center ? own[scale ? 1 : 0]! : undefined
    const factor = Float32Array.from(variance!, (each, i) => (gamma?.[i] ?? 1) / Math.sqrt(each + config.epsilon))
    const shift = Float32Array.from(mean!, (each, i) => (beta?.[i] ?? 0) - each * factor[i]!)
    const scaled = graph.op('Mul', [xs[0]!, graph.floats(factor, [factor.length])])
    return graph.op('Add', [scaled, graph.floats(shift, [shift.length])])
  },
  LayerNormalization: ({ graph, layer, config, weights, xs, inputShape }) => {
    const [axis] = [config.axis].flat()
    if ([config.axis].flat().length > 1 || (axis !== -1 && axis !== inputShape.length - 1))
      throw typeError(
        'onnx-unsupported',
        `${layer.name} normalizes the axis ${config.axis}; only the last one can be written as ONNX.`,
      )
    const [gamma, beta] = config.scale ? weights : [undefined, weights[0]]
    return layerNorm(graph, xs[0]!, config.epsilon, gamma, beta)
  },
  MultiHeadAttention: applied => multiHeadAttention(applied as never),
  TransformerBlock: applied => transformerBlock(applied as never),
  PositionalEmbedding: applied => positionalEmbedding(applied as never),
  ...{ LSTM: recurrent, GRU: recurrent, SimpleRNN: recurrent, Bidirectional: bidirectional },
  TimeDistributed: applied => eachStep(applied),
  Masking: ({ graph, config, xs }) => graph.op('Mul', [xs[0]!, shownSteps(graph, xs[0]!, config.maskValue)]),
  Activation: ({ graph, config, xs }) => activate(graph, config.activation, xs[0]!),
  ReLU: ({ graph, config, xs }) => {
    if (config.maxValue !== undefined && config.maxValue !== null)
      throw typeError('onnx-unsupported', 'ReLU with a maxValue cannot be written as ONNX.')
    return graph.op('Relu', [xs[0]!])
  },
  LeakyReLU: ({ graph, config, xs }) => graph.op('LeakyRelu', [xs[0]!], { alpha: { float: config.alpha } }),
  Softmax: ({ graph, config, xs }) => graph.op('Softmax', [xs[0]!], { axis: config.axis }),
  Flatten: ({ graph, xs }) => graph.op('Flatten', [xs[0]!], { axis: 1 }),
  Reshape: ({ graph, xs, outputShape }) =>
    graph.op('Reshape', [xs[0]!, graph.ints([0, ...outputShape.slice(1).map(side => side ?? -1)])]),
  Permute: ({ graph, config, xs }) => graph.op('Transpose', [xs[0]!], { perm: [0, ...config.dims] }),
  GlobalAveragePooling1D: ({ graph, xs }) => graph.op('ReduceMean', [xs[0]!], { axes: [1], keepdims: 0 }),
  GlobalAveragePooling2D: ({ graph, xs }) => graph.op('ReduceMean', [xs[0]!], { axes: [1, 2], keepdims: 0 }),
  GlobalMaxPooling1D: ({ graph, xs }) => graph.op('ReduceMax', [xs[0]!], { axes: [1], keepdims: 0 }),
  GlobalMaxPooling2D: ({ graph, xs }) => graph.op('ReduceMax', [xs[0]!], { axes: [1, 2], keepdims: 0 }),
  MaxPooling2D: applied => pool(applied, 'MaxPool'),
  AveragePooling2D: applied => pool(applied, 'AveragePool'),
  ZeroPadding2D: ({ graph, config, xs }) => {
    const [[top, bottom], [left, right]] = config.padding as LayerConfig['cropping']
    return graph.op('Pad', [xs[0]!, graph.ints([0, top, left, 0, 0, bottom, right, 0])])
  },
  Cropping2D: ({ graph, config, xs, inputShape }) => {
    const [[top, bottom], [left, right]] = config.cropping
    const ends = [inputShape[1]! - bottom, inputShape[2]! - right]
    return graph.op('Slice', [xs[0]!, graph.ints([top, left]), graph.ints(ends), graph.ints([1, 2])])
  },
  Embedding: ({ graph, weights, xs }) =>
    graph.op('Gather', [constant(graph, weights[0]!), graph.op('Cast', [xs[0]!], { to: 6 })], { axis: 0 }),
  Concatenate: ({ graph, config, xs }) => graph.op('Concat', xs, { axis: config.axis }),
  Add: ({ graph, xs }) => graph.op('Sum', xs),
  Average: ({ graph, xs }) => graph.op('Mean', xs),
  Maximum: ({ graph, xs }) => graph.op('Max', xs),
  Minimum: ({ graph, xs }) => graph.op('Min', xs),
  Multiply: ({ graph, xs }) => xs.reduce((a, b) => graph.op('Mul', [a, b])),
  Dot: ({ graph, layer, config, xs, inputShape }) => {
    if (inputShape.length !== 2 || config.normalize)
      throw typeError('onnx-unsupported', `${layer.name} is a product of more than rows, which cannot be written as ONNX.`)
    return graph.op('ReduceSum', [graph.op('Mul', xs), graph.ints([1])], { keepdims: 1 })
  },
}

/** Those that do the same for each place of whatever axes come before the last. */
const byPlace = ['Dense', 'Activation', 'ReLU', 'LeakyReLU', 'Dropout']

function eachStep(applied: Applied): string | string[] {
  const { layer: wrapped } = applied.layer as Layer & { readonly layer: Layer }
  const kind = wrapped.getClassName()
  if (!byPlace.includes(kind))
    throw typeError(
      'onnx-unsupported',
      `${applied.layer.name} does for each step what a ${kind} does, which cannot be written as ONNX; there are ${byPlace.join(', ')}.`,
    )
  return operators[kind]!({ ...applied, layer: wrapped, config: wrapped.getConfig() as unknown as LayerConfig })
}

function convolve(applied: Applied, kernel: Tensor, bias: Tensor | undefined, group: number): string {
  const { graph, config } = applied
  const axes = applied.inputShape.length - 2
  const made = channelsFirst(applied, x =>
    graph.op('Conv', [x, constant(graph, kernel)], {
      ...{
        strides: forEach(config.strides, axes),
        group,
        dilations: forEach(config.dilationRate ?? 1, axes),
        ...padding(config),
      },
    }),
  )
  return activate(graph, config.activation, biased(graph, made, bias))
}

function pool(applied: Applied, type: string): string {
  const { graph, config } = applied
  const options = { kernel_shape: forEach(config.poolSize, 2), strides: forEach(config.strides, 2), ...padding(config) }
  return channelsFirst(applied, x => graph.op(type, [x], options))
}

function channelsFirst({ graph, layer, config, xs, inputShape }: Applied, act: (x: string) => string): string {
  if (config.dataFormat === 'channelsFirst')
    throw typeError('onnx-unsupported', `${layer.name} has its channels first, which cannot be written as ONNX.`)
  const last = inputShape.length - 1
  const places = Array.from({ length: last - 1 }, (_, i) => i + 1)
  const turned = graph.op('Transpose', [xs[0]!], { perm: [0, last, ...places] })
  return graph.op('Transpose', [act(turned)], { perm: [0, ...places.map(place => place + 1), 1] })
}

/** A number for each of the axes of which there is one for all, or in a list. */
function forEach(given: number | readonly number[], axes: number): number[] {
  const own = [given].flat()
  return own.length === axes ? own : Array<number>(axes).fill(own[0]!)
}

const padding = (config: LayerConfig) => (config.padding === 'same' ? { auto_pad: 'SAME_UPPER' } : {})
