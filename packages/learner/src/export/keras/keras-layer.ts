import { show, typeError } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Layer } from '../../model/trainable-model.js'
import type { HdfArray, HdfGroup } from './hdf5.js'

/** A layer as Keras 3 knows it: what makes it, and its weights as they lie in its file. */
export interface KerasLayer {
  readonly class_name: string
  readonly config: Readonly<Record<string, unknown>>
  readonly weights: HdfGroup
}

const conv = ['filters', 'kernelSize', 'strides', 'padding', 'dataFormat', 'dilationRate', 'activation', 'useBias']
const pool = ['poolSize', 'strides', 'padding', 'dataFormat']
const recurrent = [
  'units',
  'activation',
  'useBias',
  'returnSequences',
  'returnState',
  'goBackwards',
  'stateful',
  'dropout',
  'recurrentDropout',
]
const gated = [...recurrent, 'recurrentActivation']

/** Options that decide what a layer answers, of each class that both have under one name. */
const options: Readonly<Record<string, readonly string[]>> = {
  Dense: ['units', 'activation', 'useBias'],
  ...{ Conv1D: conv, Conv2D: conv, Conv3D: conv, Conv2DTranspose: conv, Conv3DTranspose: conv },
  ...{ DepthwiseConv2D: conv.slice(1), SeparableConv2D: conv },
  ...{ MaxPooling1D: pool, MaxPooling2D: pool, MaxPooling3D: pool },
  ...{ AveragePooling1D: pool, AveragePooling2D: pool, AveragePooling3D: pool },
  ...{ GlobalAveragePooling1D: [], GlobalMaxPooling1D: [], GlobalAveragePooling2D: ['dataFormat'], GlobalMaxPooling2D: ['dataFormat'] },
  BatchNormalization: ['axis', 'momentum', 'epsilon', 'center', 'scale'],
  LayerNormalization: ['axis', 'epsilon', 'center', 'scale'],
  ...{ Embedding: ['inputDim', 'outputDim', 'maskZero'], Masking: ['maskValue'] },
  ...{ SimpleRNN: recurrent, GRU: [...gated, 'resetAfter', 'zeroOutputForMask'], LSTM: gated },
  ...{ Bidirectional: ['mergeMode'], TimeDistributed: [] },
  ...{ Dropout: ['rate'], SpatialDropout1D: ['rate'], GaussianNoise: ['stddev'], GaussianDropout: ['rate'], AlphaDropout: ['rate'] },
  ...{ Activation: ['activation'], ReLU: ['maxValue'], LeakyReLU: ['alpha'], ELU: ['alpha'], PReLU: ['sharedAxes'], Softmax: ['axis'] },
  ...{ Flatten: ['dataFormat'], Reshape: ['targetShape'], Permute: ['dims'], RepeatVector: ['n'] },
  ...{ ZeroPadding2D: ['padding', 'dataFormat'], Cropping2D: ['cropping', 'dataFormat'], UpSampling2D: ['size', 'dataFormat', 'interpolation'] },
  ...{ Add: [], Multiply: [], Average: [], Maximum: [], Minimum: [], Concatenate: ['axis'], Dot: ['axes', 'normalize'] },
} // biome-ignore format: a table

/** Where Keras has another word. */
const names: Readonly<Record<string, string>> = { 'LeakyReLU.alpha': 'negative_slope' }

const activations = ['linear', 'relu', 'relu6', 'sigmoid', 'tanh', 'softmax', 'softplus', 'softsign', 'elu', 'selu', 'swish', 'gelu', 'mish'] // biome-ignore format: a list of words

/** @throws TypeError for a layer, an activation or an option that has no counterpart in Keras 3 */
export function kerasLayer(layer: Layer): KerasLayer {
  const class_name = layer.getClassName()
  const own = Object.hasOwn(options, class_name) ? options[class_name]! : undefined
  if (!own)
    throw typeError(
      'keras-unsupported',
      `The layer ${layer.name} is a ${class_name}, which cannot be written for Keras; there are ${Object.keys(options).join(', ')}.`,
    )
  const given = layer.getConfig() as Readonly<Record<string, unknown>>
  const config: Record<string, unknown> = { name: layer.name, trainable: layer.trainable, dtype: 'float32' }
  for (const option of own) {
    const value = optionValue(layer, option, given[option])
    if (value !== undefined) config[names[`${class_name}.${option}`] ?? snake(option)] = value
  }
  return { class_name, config: { ...config, ...additions(layer) }, weights: weightsOf(layer, given) }
}

/** Whether a layer goes from step to step, alone or in both directions: what else it is applied to is the state that it begins with. */
export function isRecurrent(layer: Layer): boolean {
  return ['SimpleRNN', 'GRU', 'LSTM', 'Bidirectional'].includes(layer.getClassName())
}

/** As Keras writes it within the config of another. */
export function serialized({ class_name, config }: Pick<KerasLayer, 'class_name' | 'config'>): object {
  return class_name === 'Functional'
    ? { module: 'keras.src.models.functional', class_name, config, registered_name: class_name }
    : { module: 'keras.layers', class_name, config, registered_name: null }
}

function optionValue({ name }: Layer, option: string, value: unknown): unknown {
  if (option === 'dataFormat') {
    if (value === 'channelsFirst')
      throw typeError('keras-unsupported', `The layer ${name} has its channels first, which cannot be written for Keras.`)
    return 'channels_last'
  }
  if (value === null) return undefined
  if (option === 'recurrentActivation' && value === hard) return 'hard_sigmoid'
  if (!/activation$/i.test(option)) return value
  const activation = String(value ?? 'linear')
  if (activations.includes(activation)) return activation === 'swish' ? 'silu' : activation
  throw typeError(
    'keras-unsupported',
    `The layer ${name} has the activation ${show(value)}, which cannot be written for Keras; there are ${activations.join(', ')}.`,
  )
}

/** What is made of other layers, or is not among the options. */
function additions(layer: Layer): Record<string, unknown> {
  const kind = layer.getClassName()
  const { layer: wrapped, forwardLayer, backwardLayer } = layer as Wrapper
  if (kind === 'Bidirectional')
    return { layer: serialized(kerasLayer(forwardLayer!)), backward_layer: serialized(kerasLayer(backwardLayer!)) }
  if (kind === 'TimeDistributed') return { layer: serialized(kerasLayer(wrapped!)) }
  if (kind === 'DepthwiseConv2D' || kind === 'SeparableConv2D') return { depth_multiplier: layer.getWeights()[0]!.shape[3] }
  return {}
}

type Wrapper = Layer & { readonly layer?: Layer; readonly forwardLayer?: Layer; readonly backwardLayer?: Layer }

function weightsOf(layer: Layer, config: Readonly<Record<string, unknown>>): HdfGroup {
  const kind = layer.getClassName()
  const { layer: wrapped, forwardLayer, backwardLayer } = layer as Wrapper
  if (kind === 'Bidirectional')
    return new Map([['forward_layer', kerasLayer(forwardLayer!).weights], ['backward_layer', kerasLayer(backwardLayer!).weights]]) // biome-ignore format: a table
  if (kind === 'TimeDistributed') return new Map([['layer', kerasLayer(wrapped!).weights]])
  const gates = config['recurrentActivation'] === hard ? hardGates[kind] : undefined
  const own = layer.getWeights().map(weight => (gates ? stretched(weight, gates) : arrayOf(weight)))
  const vars: HdfGroup = new Map([['vars', new Map(own.map((each, i) => [String(i), each]))]])
  return kind in hardGates || kind === 'SimpleRNN' ? new Map([['cell', vars]]) : vars
}

const hard = 'hardSigmoid'
/** Of the four or three parts that a recurrent layer's weights have, those that end in its recurrent activation. */
const hardGates: Readonly<Record<string, readonly boolean[]>> = { GRU: [true, true, false], LSTM: [true, true, false, true] }

/** TensorFlow.js's hard sigmoid, like that of Keras 2, rises by x / 5, and that of Keras 3 by x / 6: what goes in is made larger. */
function stretched(weight: Tensor, gates: readonly boolean[]): HdfArray {
  const array = arrayOf(weight)
  const width = weight.shape.at(-1)! / gates.length
  const values = array.values.map((value, i) => (gates[Math.floor(i / width) % gates.length] ? value * 1.2 : value))
  return { ...array, values }
}

function arrayOf(weight: Tensor): HdfArray {
  return { shape: weight.shape, values: Float32Array.from(weight.dataSync()) }
}

/** A name as Python writes it. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
