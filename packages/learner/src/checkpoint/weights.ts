import type { Weights } from '@onecycle/callbacks'
import { tensor } from '@tensorflow/tfjs-core'
import { weightsOf } from '../model/parameters.js'
import type { Model } from '../model/trainable-model.js'

/** Copies all weights of a model. They become float32, which holds whole numbers up to 2^24 exactly. */
export async function copyWeights(model: Model): Promise<Weights> {
  const weights: Record<string, Weights[string]> = {}
  for (const { name, variable } of weightsOf(model)) {
    weights[name] = { shape: [...variable.shape], values: Float32Array.from(await variable.data()) }
  }
  return weights
}

/** @throws Error when they are not the weights of this model. */
export function checkWeights(model: Model, weights: Weights): void {
  const wrong = mismatch(
    weightsOf(model).map(({ name, variable }) => `${name} [${variable.shape}]`),
    Object.entries(weights).map(([name, { shape }]) => `${name} [${shape}]`),
  )
  if (wrong)
    throw new Error(`The saved weights are of another model: ${wrong}. Load them into the architecture they were saved from.`)
}

/**
 * Puts weights back into a model.
 *
 * @throws Error when they are not its own; nothing is changed then.
 */
export function putWeights(model: Model, weights: Weights): void {
  checkWeights(model, weights)
  for (const { name, variable } of weightsOf(model)) {
    const { values, shape } = weights[name]!
    const own = variable.dtype === 'float32' ? values.slice() : Int32Array.from(values)
    const value = tensor(own, [...shape], variable.dtype as 'float32')
    variable.assign(value)
    value.dispose()
  }
}

function mismatch(ours: readonly string[], saved: readonly string[]): string | undefined {
  const missing = ours.filter(weight => !saved.includes(weight))
  const unknown = saved.filter(weight => !ours.includes(weight))
  const parts = [
    missing.length > 0 && `the model has ${missing.join(', ')}, which was not saved`,
    unknown.length > 0 && `${unknown.join(', ')} was saved, which the model does not have`,
  ]
  return parts.filter(Boolean).join('; ') || undefined
}
