import { layersOf } from '../model/layers.js'
import { stockClasses } from '../model/random-layers.js'
import { isLayersModel, type Layer, type Model } from '../model/trainable-model.js'
import { isPure } from './replayable.js'

/** TensorFlow.js's layers and activations that are pure: but for what one draws as a seed that a kernel is given; others of those that draw are none. */
const names = [
  'Functional Model Sequential InputLayer Dense Embedding Activation Flatten Reshape Permute RepeatVector Masking Dropout',
  'BatchNormalization LayerNormalization LeakyReLU PReLU ELU ReLU ThresholdedReLU Softmax',
  'Conv1D Conv2D Conv2DTranspose SeparableConv2D DepthwiseConv2D UpSampling2D ZeroPadding2D Cropping2D',
  'MaxPooling1D MaxPooling2D AveragePooling1D AveragePooling2D',
  'GlobalMaxPooling1D GlobalMaxPooling2D GlobalAveragePooling1D GlobalAveragePooling2D',
  'Add Multiply Average Maximum Minimum Concatenate Dot',
  'LSTM LSTMCell GRU GRUCell SimpleRNN SimpleRNNCell Bidirectional TimeDistributed',
  'elu selu relu relu6 linear sigmoid hardSigmoid softplus softsign tanh softmax logSoftmax swish mish gelu gelu_new',
]
const known = new Set<unknown>(names.flatMap(line => line.split(' ')).map(name => stockClasses[name]?.[0]))

/** What is looked at of a layer; each has some of it. Whoever has `dropout` and is not the layer of that name draws in other ways. */
interface Inside {
  readonly activation?: object | null
  readonly recurrentActivation?: object | null
  readonly dropout?: number
  readonly recurrentDropout?: number
  readonly seed?: number | null
  readonly _callHook?: unknown
}

/** A layer, and what it computes with. */
function partsOf(layer: Layer): object[] {
  const { activation, recurrentActivation } = layer as unknown as Inside
  return [layer, activation, recurrentActivation].filter(part => typeof part === 'object' && part !== null)
}

/** Whether what goes in, weights and fields decide all that a model's layers compute, and nobody looks on. */
export function isPureModel(model: Model): boolean {
  return isLayersModel(model) && layersOf(model).every(isPureLayer)
}

function isPureLayer(layer: Layer): boolean {
  const { dropout = 0, recurrentDropout = 0, seed = null, _callHook } = layer as unknown as Inside
  if (!isLayersModel(layer) && layer.losses.length > 0) return false
  // A seed of its own is another one for each batch, from which tf.dropout makes a tensor.
  if (layer.stateful || dropout > 0 || recurrentDropout > 0 || seed !== null || _callHook) return false
  return partsOf(layer).every(part => {
    const isOfItsClass = !Object.hasOwn(part, 'call') && !Object.hasOwn(part, 'apply')
    return isOfItsClass && (known.has(part.constructor) || isPure(part.constructor))
  })
}

type Field = readonly [owner: Record<string, unknown>, name: string, value: unknown]

/** The fields of a model's layers at one moment, and how they are called. */
export class Fields {
  readonly #fields: readonly Field[]

  constructor(model: Model) {
    this.#fields = layersOf(model)
      .flatMap(partsOf)
      .flatMap(part => {
        const owner = part as Record<string, unknown>
        return [...Object.keys(owner), 'call', 'apply'].map((name): Field => [owner, name, owner[name]])
      })
  }

  areTheSame(): boolean {
    for (const [owner, name, value] of this.#fields) if (owner[name] !== value) return false
    return true
  }
}
