import type { Weights } from '@onecycle/callbacks'
import { kind, plainError, show, typeError } from '@onecycle/platform'
import { tensor } from '@tensorflow/tfjs-core'
import { weightsOf } from '../model/parameters.js'
import type { Model } from '../model/trainable-model.js'

/** Copies all weights of a model. They become float32, which holds whole numbers up to 2^24 exactly. */
export async function copyWeights(model: Model): Promise<Weights> {
  const copies = weightsOf(model).map(async ({ name, variable }) => {
    const values = new Float32Array(await variable.data())
    return [name, { shape: [...variable.shape], values }] as const
  })
  return Object.fromEntries(await Promise.all(copies))
}

/** How weights compare with those of a model, by name and shape: each as `0.kernel [4,8]`, but for those that fit. */
export interface Comparison {
  /** Names of the weights that both have in one shape. */
  readonly fitting: readonly string[]
  /** What the model has alone. */
  readonly missing: readonly string[]
  /** What the model does not have. */
  readonly unexpected: readonly string[]
}

export function compareWeights(model: Model, weights: Weights): Comparison {
  if (!kind.object.fits(weights))
    throw typeError(
      'wrong-argument',
      `Weights are an object of arrays by name, as getWeights() gives them, but got ${show(weights)}.`,
    )
  const written = (name: string, shape: readonly number[]) => `${name} [${shape}]`
  const ours = weightsOf(model).map(({ name, variable }) => ({ name, full: written(name, variable.shape) }))
  const saved = Object.entries(weights).map(([name, weight]) => written(name, weight?.shape ?? []))
  const [own, others] = [new Set(ours.map(({ full }) => full)), new Set(saved)]
  return {
    fitting: ours.filter(({ full }) => others.has(full)).map(({ name }) => name),
    missing: ours.filter(({ full }) => !others.has(full)).map(({ full }) => full),
    unexpected: saved.filter(full => !own.has(full)),
  }
}

/** @throws Error when they are not the weights of this model. */
export function checkWeights(model: Model, weights: Weights, otherwise = ''): void {
  const { missing, unexpected } = compareWeights(model, weights)
  const parts = [
    missing.length > 0 && `the model has ${missing.join(', ')}, which was not saved`,
    unexpected.length > 0 && `${unexpected.join(', ')} was saved, which the model does not have`,
  ].filter(Boolean)
  if (parts.length > 0)
    throw plainError(
      'other-model',
      `The saved weights are of another model: ${parts.join('; ')}. Load them into the architecture they were saved from${otherwise}.`,
    )
}

/**
 * Puts weights back into a model.
 *
 * @throws Error when they are not its own; nothing is changed then.
 */
export function putWeights(model: Model, weights: Weights): void {
  checkWeights(model, weights)
  assignWeights(model, weights)
}

/** Puts those weights of a model in place that are given, in its shapes. */
export function assignWeights(model: Model, weights: Weights): void {
  for (const { name, variable } of weightsOf(model)) {
    const given = weights[name]
    if (!given) continue
    const own = variable.dtype === 'float32' ? given.values.slice() : Int32Array.from(given.values)
    const value = tensor(own, [...given.shape], variable.dtype as 'float32')
    variable.assign(value)
    value.dispose()
  }
}
