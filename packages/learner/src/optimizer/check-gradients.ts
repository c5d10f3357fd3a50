import { type Tensor, util } from '@tensorflow/tfjs-core'
import type { Groups } from './parameter.js'

/** Throws RangeError for a gradient that belongs to none of the parameters, or has another shape than its parameter. */
export function checkGradients(groups: Groups, grads: Readonly<Record<string, Tensor>>): void {
  const parameters = new Map(groups.flatMap(group => group.map(parameter => [parameter.name, parameter])))
  for (const [name, gradient] of Object.entries(grads)) {
    const parameter = parameters.get(name)
    if (!parameter) {
      const known = [...parameters.keys()].join(', ')
      throw new RangeError(`There is a gradient for ${name}, which is no parameter of this optimizer. They are: ${known}.`)
    }
    if (!util.arraysEqual(gradient.shape, parameter.variable.shape))
      throw new RangeError(
        `The gradient of ${name} has shape [${gradient.shape}], its parameter [${parameter.variable.shape}]: they must be equal.`,
      )
  }
}
