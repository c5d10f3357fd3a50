import * as tf from '@tensorflow/tfjs-core'
import type { Parameter, RuleFactory } from '../index.js'
import * as optimizers from '../index.js'

/** A trainable variable with these values, of shape [values.length]. */
export function parameter(name: string, values: readonly number[], kind: Parameter['kind'] = 'weight'): Parameter {
  return { name, variable: tf.tidy(() => tf.variable(tf.tensor1d([...values]))), kind }
}

/** The values of a parameter. */
export function valuesOf({ variable }: Parameter): Float32Array {
  return variable.dataSync<'float32'>().slice()
}

/** Frees parameters. */
export function disposeParameters(parameters: readonly Parameter[]): void {
  for (const { variable } of parameters) variable.dispose()
}

/** Steps with gradients given as numbers, and frees them. */
export function stepWith(optimizer: optimizers.Optimizer, grads: Readonly<Record<string, readonly number[]>>): void {
  const tensors = Object.fromEntries(Object.entries(grads).map(([name, values]) => [name, tf.tensor1d([...values])]))
  optimizer.step(tensors)
  tf.dispose(tensors)
}

const { sgd, rmsprop, adam, adamw, radam, qhadam, larc, lars, lamb, lookahead, ranger, nadam, adagrad, adamax } = optimizers

/** Every rule and every variant of one, by name. */
export const everyRule: Readonly<Record<string, RuleFactory>> = {
  sgd: sgd({ wd: 0.01 }),
  'sgd with momentum': sgd({ mom: 0.9 }),
  'sgd with dampening': sgd({ mom: 0.9, dampening: 0.5, decouple_wd: false, wd: 0.01 }),
  'sgd with nesterov': sgd({ mom: 0.9, nesterov: true }),
  rmsprop: rmsprop(),
  'rmsprop with momentum': rmsprop({ mom: 0.9 }),
  'centered rmsprop of torch': rmsprop({ mom: 0.9, centered: true, convention: 'torch' }),
  adam: adam(),
  amsgrad: adam({ amsgrad: true }),
  adamw: adamw(),
  radam: radam(),
  'radam of torch': radam({ convention: 'torch', sqr_mom: 0.999 }),
  'radam with softplus': radam({ beta: 50 }),
  qhadam: qhadam(),
  'qhadam with nu_2': qhadam({ nu_2: 0.9 }),
  larc: larc({ trust_coeff: 0.1 }),
  lars: lars({ trust_coeff: 0.1 }),
  lamb: lamb(),
  nadam: nadam(),
  'nadam of torch 2': nadam({ convention: 'torch 2' }),
  adagrad: adagrad(),
  adamax: adamax(),
  lookahead: lookahead(sgd({ mom: 0.9 }), { k: 3 }),
  ranger: ranger(),
}
