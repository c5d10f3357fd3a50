import { checkHyper } from '@onecycle/callbacks/internal'
import * as tf from '@tensorflow/tfjs-core'
import type { OptimizerState, SavedParameter } from './optimizer-state.js'
import type { Parameter } from './parameter.js'

/** A weight as TensorFlow.js's optimizers give and take it. */
export interface NamedTensor {
  name: string
  tensor: tf.Tensor
}

/**
 * Turns the weights of a stock optimizer, and numbers that all parameters share, into state by parameter, and frees the step count
 * among them. They are the step count, and then each slot for all parameters: the means of all, the mean squares of all.
 */
export async function saveWeights(
  parameters: readonly Parameter[],
  [iterations, ...weights]: readonly NamedTensor[],
  numbers: Readonly<Record<string, number>> = {},
): Promise<Record<string, SavedParameter>> {
  const reading = [iterations!, ...weights].map(async ({ tensor }) => (await tensor.data()).slice())
  const [count, ...values] = await Promise.all(reading)
  iterations!.tensor.dispose()
  const steps = count![0]!
  if (steps === 0) return {}
  const saved = parameters.map(({ name }, i): [string, SavedParameter] => {
    const slots = weights.flatMap(({ name: weight, tensor }, k) =>
      k % parameters.length === i
        ? [[weight.slice(weight.lastIndexOf('/') + 1), { shape: [...tensor.shape], values: values[k] as Float32Array }] as const]
        : [],
    )
    return [name, { steps, numbers, slots: Object.fromEntries(slots) }]
  })
  return Object.fromEntries(saved)
}

/** The reverse of {@link saveWeights}, in new tensors. */
export function loadWeights(parameters: readonly Parameter[], saved: Readonly<Record<string, SavedParameter>>): NamedTensor[] {
  const first = saved[parameters[0]!.name]
  const weights = Object.keys(first?.slots ?? {}).flatMap(slot =>
    parameters.map(({ name, variable }) => {
      const { values, shape } = saved[name]!.slots[slot]!
      return { name: `${variable.name}/${slot}`, tensor: tf.tensor(values.slice(), [...shape], 'float32') }
    }),
  )
  return [{ name: 'iter', tensor: tf.scalar(first?.steps ?? 0, 'int32') }, ...weights]
}

/** Throws Error when a saved state does not fit a stock optimizer or its parameters. */
export function checkSaved(
  state: OptimizerState,
  rule: string,
  hyper: readonly string[],
  parameters: readonly Parameter[],
): void {
  if (state.rule !== rule)
    throw new Error(
      `The state was saved by the optimizer ${state.rule}, this one is ${rule}: build the same optimizer, or start afresh.`,
    )
  for (const name of hyper) {
    const values = state.hyper[name]
    if (values?.length !== 1)
      throw new Error(`The state has ${values?.length ?? 'no'} values of ${name}, expected 1: it is damaged.`)
    checkHyper(name, values[0]!)
  }
  const saved = Object.keys(state.parameters)
  if (saved.length === 0) return
  const names = parameters.map(({ name }) => name)
  if (saved.length !== names.length || names.some(name => !saved.includes(name)))
    throw new Error(`The state is of the parameters ${saved.join(', ')}, this model has: ${names.join(', ')}.`)
  for (const { name, variable } of parameters)
    for (const { shape } of Object.values(state.parameters[name]!.slots))
      if (!tf.util.arraysEqual([...shape], variable.shape))
        throw new Error(`The state of ${name} has shape [${shape}], the parameter [${variable.shape}]: it is of another model.`)
}
