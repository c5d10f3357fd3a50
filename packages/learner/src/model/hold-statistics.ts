import type { Variable } from '@tensorflow/tfjs-core'
import type { Parameter } from '../optimizer/index.js'
import { isLayersModel, type Layer, leafLayers, type Model, variableOf } from './trainable-model.js'

/** Layers that are being held, and the `call` that they had of their own, beside that of their class. */
const held = new WeakMap<Layer, Layer['call'] | undefined>()

/**
 * Lets the batch-norm layers that own one of these parameters use and keep their running statistics while the rest of the
 * model trains, and lets all others train again. tfjs has no such mode: a batch norm that is not trainable still moves its
 * statistics.
 */
export function holdStatistics(model: Model, parameters: readonly Parameter[]): void {
  if (!isLayersModel(model)) return
  const holding = new Set(parameters.map(({ variable }) => variable))
  for (const layer of leafLayers(model)) {
    if (layer.getClassName() !== 'BatchNormalization') continue
    if (owns(layer, holding)) hold(layer)
    else release(layer)
  }
}

function hold(layer: Layer): void {
  if (held.has(layer)) return
  const own = Object.hasOwn(layer, 'call') ? layer.call : undefined
  held.set(layer, own)
  // That of the class is looked up at each call: it may have been accelerated since.
  const call = () => own ?? (Object.getPrototypeOf(layer) as Layer).call
  layer.call = (inputs, options) => call().call(layer, inputs, { ...options, training: false })
}

function release(layer: Layer): void {
  if (!held.has(layer)) return
  const own = held.get(layer)
  if (own) layer.call = own
  else delete (layer as Partial<Layer>).call
  held.delete(layer)
}

function owns(layer: Layer, variables: ReadonlySet<Variable>): boolean {
  return layer.weights.some(weight => variables.has(variableOf(weight)))
}
