import { checkHyper } from '@onecycle/callbacks/internal'
import { plainError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { isA } from './is-a.js'
import type { OptimizerState, SavedParameter } from './optimizer-state.js'
import type { Parameter } from './parameter.js'

/** A weight as TensorFlow.js's optimizers give and take it. */
interface NamedTensor {
  name: string
  tensor: tf.Tensor
}

/** What a stock optimizer remembers, by parameter. */
export async function saveState(
  optimizer: tf.Optimizer,
  parameters: readonly Parameter[],
): Promise<Record<string, SavedParameter>> {
  return saveWeights(parameters, await weightsOf(optimizer), await corrections(optimizer))
}

/**
 * The reverse of {@link saveState}.
 *
 * @param setHyper sets what else there is once its own state has been found to be readable
 */
export async function loadState(
  optimizer: tf.Optimizer,
  parameters: readonly Parameter[],
  saved: Readonly<Record<string, SavedParameter>>,
  setHyper: () => void,
): Promise<void> {
  const old = await weightsOf(optimizer)
  setHyper()
  const weights = loadWeights(parameters, saved)
  await optimizer.setWeights(weights)
  correct(optimizer, saved[parameters[0]!.name]?.numbers)
  tf.dispose([...old, ...weights].map(({ tensor }) => tensor))
}

async function weightsOf(optimizer: tf.Optimizer): Promise<NamedTensor[]> {
  if (isA(optimizer, 'Adamax'))
    throw plainError(
      'unsaveable',
      'tf.train.adamax cannot save or load its state, so lr_find cannot put it back either: use adamax() of this package.',
    )
  return optimizer.getWeights()
}

/** How far Adam corrects the bias of its means: a product over the betas of all steps, which its own weights leave out. */
function productsOf(optimizer: tf.Optimizer): Partial<Record<'accBeta1' | 'accBeta2', tf.Variable>> {
  const { accBeta1, accBeta2 } = optimizer as unknown as Record<'accBeta1' | 'accBeta2', tf.Variable>
  return isA(optimizer, 'Adam') ? { accBeta1, accBeta2 } : {}
}

async function corrections(optimizer: tf.Optimizer): Promise<Record<string, number>> {
  const reading = Object.entries(productsOf(optimizer)).map(
    async ([name, product]) => [name, (await product.data())[0]!] as const,
  )
  return Object.fromEntries(await Promise.all(reading))
}

function correct(optimizer: tf.Optimizer, numbers: Readonly<Record<string, number>> = {}): void {
  for (const [name, product] of Object.entries(productsOf(optimizer))) {
    const value = numbers[name]
    if (value !== undefined) tf.tidy(() => product.assign(tf.scalar(value)))
  }
}

/**
 * Turns the weights of a stock optimizer, and numbers that all parameters share, into state by parameter, and frees the step count
 * among them. They are the step count, and then each slot for all parameters: the means of all, the mean squares of all.
 */
async function saveWeights(
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
function loadWeights(parameters: readonly Parameter[], saved: Readonly<Record<string, SavedParameter>>): NamedTensor[] {
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
    throw plainError(
      'other-optimizer',
      `The state was saved by the optimizer ${state.rule}, this one is ${rule}: build the same optimizer, or start afresh.`,
    )
  for (const name of hyper) {
    const values = state.hyper[name]
    if (values?.length !== 1)
      throw plainError('state-damaged', `The state has ${values?.length ?? 'no'} values of ${name}, expected 1: it is damaged.`)
    checkHyper(name, values[0]!)
  }
  const saved = Object.keys(state.parameters)
  if (saved.length === 0) return
  const names = parameters.map(({ name }) => name)
  if (saved.length !== names.length || names.some(name => !saved.includes(name)))
    throw plainError('other-model', `The state is of the parameters ${saved.join(', ')}, this model has: ${names.join(', ')}.`)
  for (const { name, variable } of parameters)
    for (const { shape } of Object.values(state.parameters[name]!.slots))
      if (!tf.util.arraysEqual([...shape], variable.shape))
        throw plainError(
          'other-model',
          `The state of ${name} has shape [${shape}], the parameter [${variable.shape}]: it is of another model.`,
        )
}
