import { typeError } from '@onecycle/platform'
import { type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core'
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { CategoryEmbeddings, type EmbeddingSize } from '../model/category-embeddings.js'
import { ConvLayer, type ConvLayerOptions } from '../model/conv-layer.js'
import { EmbeddingDotBias, type EmbeddingDotBiasOptions } from '../model/embedding-dot-bias.js'
import { graphOf, nodesOf } from '../model/graph.js'
import { SigmoidRange, type SigmoidRangeOptions } from '../model/sigmoid-range.js'
import { TokenMask, type TokenMaskOptions } from '../model/token-mask.js'
import { isLayersModel, type Layer } from '../model/trainable-model.js'

/** A layer as layers that every TensorFlow.js has. */
interface StandardForm {
  apply(x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor | SymbolicTensor[]
  /** Gives them the weights of the layer. */
  take(weights: Tensor[]): void
}

/** What turns the model's output into what it stands for. */
export type OutputActivation = 'softmax' | 'sigmoid' | 'linear'

/**
 * The same model of TensorFlow.js's own layers, for programs that do not have ours; with an activation after each output, where
 * one is given. Weights are copies, and the caller's to dispose with the model.
 *
 * @param batchSize of a model whose batches have one size, as those have that remember something: another
 * @throws TypeError for one of our layers within a wrapper, which cannot be taken apart there.
 */
export function standardModel(
  given: LayersModel,
  activations: readonly OutputActivation[] = [],
  batchSize?: number,
): LayersModel {
  const { net, take } = copyOf(given, activations, batchSize)
  tidy(() => take())
  return net
}

function copyOf(
  given: LayersModel,
  activations: readonly OutputActivation[] = [],
  batchSize?: number,
): { net: LayersModel; take: () => void } {
  const graph = graphOf(given)
  const made = new Map<SymbolicTensor, SymbolicTensor>()
  const inputs = graph.inputs.map(tensor => {
    const [batch, ...sample] = tensor.shape
    const batchShape = [(batch === null ? undefined : batchSize) ?? batch!, ...sample]
    const copy = input({ batchShape, dtype: tensor.dtype, name: tensor.sourceLayer.name })
    made.set(tensor, copy)
    return copy
  })
  const forms = new Map<Layer, StandardForm>()
  for (const { outboundLayer, inputTensors, outputTensors } of nodesOf(graph)) {
    const form = forms.get(outboundLayer) ?? formOf(outboundLayer)
    forms.set(outboundLayer, form)
    const xs = inputTensors.map(tensor => made.get(tensor)!)
    const ys = [form.apply(xs.length === 1 ? xs[0]! : xs)].flat()
    for (const [i, tensor] of outputTensors.entries()) made.set(tensor, ys[i]!)
  }
  const behind = (tensor: SymbolicTensor, i: number) => {
    const [x, activation = 'linear'] = [made.get(tensor)!, activations[i]]
    if (activation === 'linear') return x
    return layers.activation({ activation, name: `${tensor.sourceLayer.name}_${activation}` }).apply(x) as SymbolicTensor
  }
  const net = model({ inputs, outputs: graph.outputs.map(behind), name: given.name })
  const take = () => {
    for (const [layer, form] of forms) form.take(layer.getWeights())
  }
  return { net, take }
}

function formOf(layer: Layer): StandardForm {
  if (isLayersModel(layer)) {
    const { net, take } = copyOf(layer)
    return { apply: x => net.apply(x) as SymbolicTensor, take }
  }
  const { layer: wrapped, forwardLayer } = layer as { layer?: Layer; forwardLayer?: Layer }
  const inner = [wrapped, forwardLayer].find(each => each && ours.has(each.constructor as never))
  if (inner)
    throw typeError(
      'export-unsupported',
      `The model cannot be exported: ${layer.name} (${layer.getClassName()}) wraps ${inner.name}, a ${inner.getClassName()}, which other programs do not ` +
        'have, and which cannot be taken apart within another layer. Put a standard layer in its place.',
    )
  const own = ours.get(layer.constructor as never)
  return own ? own(layer.getConfig() as never, layer) : asItIs(layer)
}

function asItIs(layer: Layer): StandardForm {
  const again = madeAgain(layer)
  return { apply: x => again.apply(x) as SymbolicTensor, take: weights => again.setWeights(weights) }
}

/** Made anew of the options that it was made with. */
function madeAgain(layer: Layer): Layer {
  const { fromConfig } = layer.constructor as unknown as { fromConfig(type: unknown, config: object): Layer }
  return fromConfig.call(layer.constructor, layer.constructor, layer.getConfig())
}

type Form = (config: never, layer: Layer) => StandardForm

/** Layers of ours, in the place of each those that do the same. */
const ours = new Map<unknown, Form>([
  [ConvLayer, convolution as Form],
  [CategoryEmbeddings, embeddings as Form],
  [EmbeddingDotBias, dotBias as Form],
  [SigmoidRange, range as Form],
  [TokenMask, tokenMask as Form],
])

function convolution(config: Required<ConvLayerOptions>, { name }: Layer): StandardForm {
  const { filters, kernelSize, strides, padding, useBias, activation } = config
  const pad = padding > 0 ? layers.zeroPadding2d({ padding: [padding, padding], name: `${name}_padding` }) : undefined
  const conv = layers.conv2d({ filters, kernelSize, strides, padding: 'valid', useBias, activation, name })
  return {
    apply: x => conv.apply(pad ? (pad.apply(x) as SymbolicTensor) : x) as SymbolicTensor,
    take: weights => conv.setWeights(weights),
  }
}

function embeddings({ sizes }: { sizes: readonly EmbeddingSize[] }, { name }: Layer): StandardForm {
  const columns = columnsOf(name, sizes.length)
  const tables = sizes.map(([inputDim, outputDim], i) => layers.embedding({ inputDim, outputDim, name: `${name}_${i}` }))
  const flat = sizes.map((_, i) => layers.flatten({ name: `${name}_${i}_flat` }))
  const joined = sizes.length > 1 ? layers.concatenate({ name }) : undefined
  return {
    apply: x => {
      const parts = columns(x as SymbolicTensor).map((column, i) => flat[i]!.apply(tables[i]!.apply(column)) as SymbolicTensor)
      return joined ? (joined.apply(parts) as SymbolicTensor) : parts[0]!
    },
    take: weights => {
      for (const [i, table] of tables.entries()) table.setWeights([weights[i]!])
    },
  }
}

function dotBias({ n_users, n_items, n_factors }: EmbeddingDotBiasOptions, { name }: Layer): StandardForm {
  const columns = columnsOf(name, 2)
  const table = (what: string, inputDim: number, outputDim: number) => {
    const own = layers.embedding({ inputDim, outputDim, name: `${name}_${what}` })
    return { own, flat: layers.flatten({ name: `${name}_${what}_flat` }) }
  }
  const tables = [
    table('users', n_users, n_factors),
    table('items', n_items, n_factors),
    table('user_bias', n_users, 1),
    table('item_bias', n_items, 1),
  ]
  const dot = layers.dot({ axes: 1, name: `${name}_dot` })
  const sum = layers.add({ name })
  return {
    apply: x => {
      const codes = columns(x as SymbolicTensor)
      const [users, items, ...biases] = tables.map(({ own, flat }, i) => flat.apply(own.apply(codes[i % 2]!)) as SymbolicTensor)
      return sum.apply([dot.apply([users!, items!]) as SymbolicTensor, ...biases]) as SymbolicTensor
    },
    take: weights => {
      for (const [i, { own }] of tables.entries()) own.setWeights([weights[i]!])
    },
  }
}

/** A sigmoid, and a fixed batch norm that stretches and moves it: no layer of TensorFlow.js does just that. */
function range({ low, high }: SigmoidRangeOptions, { name }: Layer): StandardForm {
  const sigmoid = layers.activation({ activation: 'sigmoid', name: `${name}_sigmoid` })
  const constant = (value: number) => ({ className: 'Constant', config: { value } }) as never
  const stretch = layers.batchNormalization({
    ...{ name, epsilon: 0, trainable: false, gammaInitializer: constant(high - low), betaInitializer: constant(low) },
  })
  return { apply: x => stretch.apply(sigmoid.apply(x)) as SymbolicTensor, take: () => {} }
}

/** An embedding of one figure, which is 0 for what fills up and 1 for all else. */
function tokenMask({ vocab_sz, pad = 1 }: TokenMaskOptions, { name }: Layer): StandardForm {
  const table = layers.embedding({ inputDim: vocab_sz, outputDim: 1, trainable: false, embeddingsInitializer: 'ones', name })
  return {
    apply: x => table.apply(x) as SymbolicTensor,
    take: () =>
      table.setWeights([
        tensor2d(
          Float32Array.from({ length: vocab_sz }, (_, i) => Number(i !== pad)),
          [vocab_sz, 1],
        ),
      ]),
  }
}

/** [batch, columns] of codes, as [batch, 1] for each column: cut out as of a picture, since there is no layer for it. */
function columnsOf(name: string, count: number): (codes: SymbolicTensor) => SymbolicTensor[] {
  if (count === 1) return codes => [codes]
  const picture = layers.reshape({ targetShape: [count, 1, 1], name: `${name}_columns` })
  const cut = Array.from({ length: count }, (_, i) => ({
    crop: layers.cropping2D({ cropping: [[i, count - 1 - i], [0, 0]], name: `${name}_${i}_crop` }), // biome-ignore format: a table
    column: layers.reshape({ targetShape: [1], name: `${name}_${i}_column` }),
  }))
  return codes => {
    const whole = picture.apply(codes)
    return cut.map(({ crop, column }) => column.apply(crop.apply(whole)) as SymbolicTensor)
  }
}
