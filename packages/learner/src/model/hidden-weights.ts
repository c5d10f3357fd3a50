import { typeError } from '@onecycle/platform'
import { type NamedTensorMap, type Tensor, Variable } from '@tensorflow/tfjs-core'
import { type LayersModel, layers } from '@tensorflow/tfjs-layers'
import { everyLayer, heldLayers, labelOf, layersIn, layersOf } from './layers.js'
import { variablesOf } from './parameters.js'
import { isLayersModel, type Layer, type Model, variableOf } from './trainable-model.js'

const baseBuild = layers.Layer.prototype.build
/** The class of layers that add, average or concatenate: they build nothing that trains. */
const Merge = Object.getPrototypeOf(layers.add({ name: 'example' }).constructor) as new () => Layer

/**
 * @throws TypeError for a layer of one's own that keeps layers in its fields and does not hand on their weights: TensorFlow.js knows
 * nothing of them (tensorflow/tfjs#8253), so they would neither train nor be saved.
 */
export function refuseHiddenWeights(model: Model): void {
  const known = variablesOf(model)
  const isHidden = (layer: Layer) =>
    layer.built || isLayersModel(layer) ? layer.weights.some(weight => !known.has(variableOf(weight))) : mayHaveWeights(layer)
  for (const [owner, live] of everyLayer(model)) {
    if (!live || isOfTensorFlow(owner)) continue
    const hidden = heldLayers(owner).filter(([, layer]) => layer.trainable && isHidden(layer))
    if (hidden.length > 0) throw notHandedOn(owner, hidden)
  }
}

/**
 * Looks at what ran: variables that a layer of one's own made by itself, or keeps where nobody sees them (`#inner`).
 *
 * @param ran what the model's forward pass recorded
 * @throws TypeError as {@link refuseHiddenWeights}.
 */
export function refuseHiddenVariables(model: Model, ran: readonly { readonly inputs: NamedTensorMap }[]): void {
  const known = new Set<Tensor>(variablesOf(model))
  // tfjs marks what is in a frozen layer, but not what is in a model or a cell in it.
  for (const [layer, live] of everyLayer(model)) if (!live) for (const weight of layer.weights) known.add(weight.read())
  const used = new Set(ran.flatMap(({ inputs }) => Object.values(inputs)))
  const hidden = [...used].filter(tensor => tensor instanceof Variable && tensor.trainable && !known.has(tensor))
  if (hidden.length === 0) return
  const names = hidden.map(tensor => `${(tensor as Variable).name} [${tensor.shape}]`).join(', ')
  throw typeError(
    'hidden-weights',
    `The model computes with variables that no layer lists among its weights: ${names}. They would neither train nor be saved. ` +
      'In a layer of your own, make variables by this.addWeight(…) in build(), and hand on the weights of layers that it keeps: ' +
      `${handOn(['inner'])}. Or set trainable = false where they have learned already.`,
  )
}

function notHandedOn(owner: Layer, hidden: readonly (readonly [string, Layer])[]): TypeError {
  const names = hidden.map(([field, layer]) => `this.${field} (${layer.getClassName()})`).join(', ')
  return typeError(
    'hidden-weights',
    `The layer ${labelOf(owner)} keeps ${names}, whose weights would neither train nor be saved: TensorFlow.js knows ` +
      'only those that a layer lists. Build what it keeps in build(), for the shapes that come, and hand on the weights: ' +
      `${handOn([...new Set(hidden.map(([field]) => field))])}. Or set trainable = false on what has learned already.`,
  )
}

function handOn(fields: readonly string[]): string {
  const list = `[${fields.map(field => `this.${field}`).join(', ')}].flat()`
  return (
    `build(shape) { const inner = ${list}; for (const layer of inner) layer.build(shape); ` +
    'this.trainableWeights = inner.flatMap(layer => layer.trainableWeights); ' +
    'this.nonTrainableWeights = inner.flatMap(layer => layer.nonTrainableWeights); super.build(shape) }'
  )
}

/** Those keep their layers in order; a Bidirectional keeps one that it does not run. */
function isOfTensorFlow(layer: Layer): boolean {
  return layersIn(layer).length === 0 || 'containerNodes' in layer || 'forwardLayer' in layer
}

/** Whether a layer that is not built yet will have weights, as far as its class tells. */
function mayHaveWeights(layer: Layer): boolean {
  const innermost = layersOf(layer as LayersModel).filter(inner => layersIn(inner).length === 0)
  return innermost.some(inner => inner.build !== baseBuild && !(inner instanceof Merge))
}
