import { plainError } from '@onecycle/platform'
import type { Variable } from '@tensorflow/tfjs-core'
import { trainableNow } from '../model/parameters.js'
import type { Model } from '../model/trainable-model.js'
import type { Parameter } from '../optimizer/index.js'

/** Who trains some parameters. */
interface Trainer {
  readonly model: Model
  readonly groups: readonly (readonly Parameter[])[]
}

const trainers = new WeakMap<Variable, { readonly trainer: Trainer; readonly what: string }>()

/**
 * Trains what nobody else may train meanwhile: not another Learner on this model, or on one that shares layers with it.
 *
 * @throws Error when somebody does.
 */
export async function whileTraining<T>(trainer: Trainer, what: string, work: () => Promise<T>): Promise<T> {
  const trainable = trainableNow(trainer.model)
  // Layers that are frozen may be shared; groups can be thawed while it works.
  const parameters = trainer.groups.flat().filter(({ variable }) => trainable.has(variable))
  checkIdle(trainer, what, parameters)
  const variables = parameters.map(({ variable }) => variable)
  for (const variable of variables) trainers.set(variable, { trainer, what })
  try {
    return await work()
  } finally {
    for (const variable of variables) trainers.delete(variable)
  }
}

/** @throws Error when somebody else trains what this one would change: by default all that it could train. */
export function checkIdle(trainer: Trainer, what: string, changed: readonly Parameter[] = trainer.groups.flat()): void {
  for (const { name, variable } of changed) {
    const other = trainers.get(variable)
    if (!other || other.trainer === trainer) continue
    throw plainError(
      'in-training',
      `${what} was called on a model that another Learner is training (${other.what}; the weight ${name}, ${variable.name}, is in both). ` +
        'Await that first, or give each Learner a model of its own.',
    )
  }
}
