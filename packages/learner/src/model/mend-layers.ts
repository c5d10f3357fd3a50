import type { Sequential } from '@tensorflow/tfjs-layers'
import { labelOf, layersOf, madeBy } from './layers.js'
import type { Layer, Model } from './trainable-model.js'

/**
 * Brings a model to what its person sees of it, where TensorFlow.js lags behind: a Sequential runs the layers that it lists, a
 * recurrent layer made with `trainable: false` can be set to true, and begins with the states that it was given, and with no other's.
 */
export function mendLayers(model: Model): void {
  for (const layer of layersOf(model)) {
    const sequential = layer as unknown as Built
    if (isOutdated(sequential)) rebuild(sequential)
    thawCell(layer)
    if ('cell' in layer || 'forwardLayer' in layer) keepStates(layer)
  }
}

/** The model by which a Sequential runs is its own business. */
interface Built extends Pick<Sequential, 'layers' | 'outputs' | 'built' | 'pop' | 'build'> {
  readonly model?: { readonly outputs: readonly unknown[] }
}

/** `pop()` is not heeded by a Sequential that has run already. */
function isOutdated(layer: Partial<Built>): boolean {
  const { model, outputs, pop, built } = layer
  return typeof pop === 'function' && outputs!.length > 0 && !(built && model?.outputs[0] === outputs![0])
}

/** As the first pass does, but without setting `trainable` of all weights anew. */
function rebuild(sequential: Built): void {
  const weights = sequential.layers.flatMap(layer => madeBy(layer).trainable)
  const before = weights.map(({ trainable }) => trainable)
  sequential.build()
  for (const [i, weight] of weights.entries()) weight.trainable = before[i]!
}

/** An LSTM makes its cell of the options that it was given, but its `trainable` is not the cell's; that of a plain RNN is the person's. */
function thawCell(layer: Layer): void {
  const { cell } = layer as { cell?: Layer }
  if (cell && layer.getClassName() !== 'RNN' && layer.trainable && !cell.trainable) cell.trainable = true
}

const mended = new WeakSet<object>()

/** In training all layers are handed the same options, into which a recurrent layer writes the states that it begins with: those behind it failed by them. */
function keepStates(layer: Layer): void {
  let owner: Pick<Layer, 'apply'> = Object.getPrototypeOf(layer)
  while (!Object.hasOwn(owner, 'apply')) owner = Object.getPrototypeOf(owner)
  if (mended.has(owner)) return
  mended.add(owner)
  const { apply } = owner
  owner.apply = function (this: Layer, inputs, options) {
    return apply.call(this, inputs, { ...options })
  }
}

/** What to say of wrappers made with `trainable: false`, which TensorFlow.js does not pass on to what they wrap: it trains. */
export function lostFreezes(model: Model): string[] {
  const lost = layersOf(model).filter(layer => {
    const { trainable_, layer: wrapped } = layer as unknown as { trainable_?: boolean; layer?: Layer }
    return trainable_ === false && wrapped !== undefined && layer.trainable
  })
  return lost.map(
    layer =>
      `The layer ${labelOf(layer)} was made with trainable: false, which TensorFlow.js does not pass on to what it ` +
      'wraps. To freeze it, set trainable = false on the layer itself.',
  )
}
