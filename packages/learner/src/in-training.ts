import type { Variable } from '@tensorflow/tfjs-core'
import type { Parameter } from './optimizer/index.js'

/** Who trains some parameters. */
interface Trainer {
  readonly groups: readonly (readonly Parameter[])[]
}

const trainers = new WeakMap<Variable, { readonly trainer: Trainer; readonly what: string }>()

/**
 * Trains what nobody else may train meanwhile: not another Learner on this model, or on one that shares layers with it.
 *
 * @throws Error when somebody does.
 */
export async function whileTraining<T>(trainer: Trainer, what: string, work: () => Promise<T>): Promise<T> {
  checkIdle(trainer, what)
  const variables = trainer.groups.flat().map(({ variable }) => variable)
  for (const variable of variables) trainers.set(variable, { trainer, what })
  try {
    return await work()
  } finally {
    for (const variable of variables) trainers.delete(variable)
  }
}

/** @throws Error when somebody else trains what this one would change. */
export function checkIdle(trainer: Trainer, what: string): void {
  for (const { name, variable } of trainer.groups.flat()) {
    const other = trainers.get(variable)
    if (!other || other.trainer === trainer) continue
    throw new Error(
      `${what} was called on a model that another Learner is training (${other.what}; the weight ${name}, ${variable.name}, is in both). ` +
        'Await that first, or give each Learner a model of its own.',
    )
  }
}
