import type * as tf from '@tensorflow/tfjs-core'
import { dropoutName } from './kernel-names.js'
import { type LayerInputs, onlyTensor, serves } from './layer-input.js'
import { runKernelOfMany } from './run-kernel.js'

/** What is used of tfjs-layers' Dropout. */
interface Dropout {
  readonly rate: number
  readonly noiseShape?: number[] | null
  readonly seed?: number | null
  invokeCallHook(inputs: LayerInputs, kwargs: object): void
}

/** What the layer's `call` does in training; undefined where its own has to: a seed of its own repeats its mask. */
export function dropout(layer: Dropout, inputs: LayerInputs, kwargs: { training?: boolean }): tf.Tensor | undefined {
  const { rate, noiseShape, seed } = layer
  const x = onlyTensor(inputs)
  if (!kwargs.training || !(rate > 0 && rate < 1) || noiseShape || (seed ?? undefined) !== undefined) return undefined
  if (!serves(dropoutName, x)) return undefined
  layer.invokeCallHook(inputs, kwargs)
  // As tf.dropout draws a seed: what a Learner's batch draws from stands in its place.
  const [y] = runKernelOfMany(dropoutName, { x }, { rate, seed: Math.random() })
  return y
}
