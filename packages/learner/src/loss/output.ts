import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { isLayersModel, type Layer, type Model } from '../model/trainable-model.js'

/** What an output of a model ends in. */
export interface Output {
  readonly name: string
  /** With the batch axis; null where a side varies. */
  readonly shape: readonly (number | null)[]
  /** Size of the last axis; undefined where it varies. */
  readonly units: number | undefined
  /** The activation that decides what the output stands for; undefined where the layer has none that is known by name. */
  readonly activation: string | undefined
}

/** The output of a model; undefined where it is not known, or there are several. */
export function outputOf(model: Model): Output | undefined {
  const outputs = outputsOf(model)
  return outputs?.length === 1 ? outputs[0] : undefined
}

/** The outputs of a model, in its order; undefined where they are not known. */
export function outputsOf(model: Model): Output[] | undefined {
  if (!isLayersModel(model)) return undefined
  const names = apart(model.outputs.map(({ sourceLayer }) => sourceLayer.name))
  return model.outputs.map((output, i) => {
    const { shape } = output
    return { name: names[i]!, shape, units: shape.at(-1) ?? undefined, activation: activationBehind(output) }
  })
}

/** A name for each: a layer that gives several outputs, or is applied several times, would have all of them called alike. */
function apart(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map(name => {
    let own = name
    for (let i = 1; taken.has(own) || (own !== name && names.includes(own)); i++) own = `${name}_${i}`
    taken.add(own)
    return own
  })
}

/** Whether an activation answers with a number from 0 to 1 for each unit on its own. */
export function isSigmoid(activation: string | undefined): boolean {
  return activation === 'sigmoid' || activation === 'hardSigmoid'
}

/** Layers behind which logits are still logits and probabilities still probabilities. */
const transparent = new Set([
  ...['Flatten', 'Reshape', 'Permute', 'RepeatVector', 'Cropping2D', 'UpSampling2D', 'Masking'],
  ...['Dropout', 'SpatialDropout1D', 'AlphaDropout', 'GaussianDropout', 'GaussianNoise'],
  ...['AveragePooling', 'MaxPooling'].flatMap(name => [`${name}1D`, `${name}2D`, `${name}3D`]),
  ...['Average', 'Max'].flatMap(name => [`Global${name}Pooling1D`, `Global${name}Pooling2D`]),
  ...['Average', 'Concatenate', 'Maximum', 'Minimum'],
])

/** Layers that are an activation and have no option of that name. */
const activationLayers: Readonly<Record<string, string>> = {
  Softmax: 'softmax',
  ReLU: 'relu',
  ThresholdedReLU: 'relu',
  LeakyReLU: 'leakyRelu',
  PReLU: 'prelu',
  ELU: 'elu',
}

/** What several tensors that are joined have in common. */
function activationBehind({ sourceLayer, inputs, outputTensorIndex }: SymbolicTensor): string | undefined {
  const { outputs } = sourceLayer as Partial<LayersModel>
  if (outputs) return activationBehind(outputs[outputTensorIndex ?? 0]!)
  if (!transparent.has(sourceLayer.getClassName()) || inputs.length === 0) return activationOf(sourceLayer)
  const [first, ...others] = inputs.map(activationBehind)
  return others.every(other => other === first) ? first : undefined
}

function activationOf(layer: Layer): string | undefined {
  const { outputs, layer: wrapped, forwardLayer } = layer as Partial<LayersModel> & { layer?: Layer; forwardLayer?: Layer }
  if (outputs) return activationBehind(outputs[0]!)
  const inner = wrapped ?? forwardLayer
  if (inner) return activationOf(inner)
  const { activation } = layer.getConfig() as { activation?: unknown }
  return typeof activation === 'string' ? activation : activationLayers[layer.getClassName()]
}
