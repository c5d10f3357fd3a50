import { rangeError, show, typeError } from '@onecycle/platform'
import { type Tensor, util } from '@tensorflow/tfjs-core'
import type { Parameter } from './parameter.js'

/**
 * Throws RangeError for a gradient that belongs to none of the parameters, or has another shape than its parameter.
 *
 * @param parameters by their names
 */
export function checkGradients(parameters: ReadonlyMap<string, Parameter>, grads: Readonly<Record<string, Tensor>>): void {
  if (typeof grads !== 'object' || grads === null)
    throw typeError('step-gradients', `A step takes gradients by the names of parameters, but got ${show(grads)}.`)
  for (const name in grads) {
    const gradient = grads[name]!
    const parameter = parameters.get(name)
    if (!parameter) {
      const known = [...parameters.keys()].join(', ')
      throw rangeError(
        'step-gradients',
        `There is a gradient for ${name}, which is no parameter of this optimizer. They are: ${known}.`,
      )
    }
    if (!util.arraysEqual(gradient.shape, parameter.variable.shape))
      throw rangeError(
        'step-gradients',
        `The gradient of ${name} has shape [${gradient.shape}], its parameter [${parameter.variable.shape}]: they must be equal.`,
      )
  }
}
