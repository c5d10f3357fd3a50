import type { Callback, TrainingState } from '@onecycle/callbacks'
import { tidy } from '@tensorflow/tfjs-core'
import type { Parameter } from '../optimizer/parameter.js'

/**
 * Has each step end where the constraints of the weights allow (`kernelConstraint` and its kin), as Keras does; TensorFlow.js heeds
 * them in `setWeights` alone. Weights that were not stepped stay as they are, the initial ones too. Undefined where there are none.
 */
export function constrain(parameters: readonly Parameter[]): Callback | undefined {
  const constrained = parameters.filter(({ constraint }) => constraint)
  if (constrained.length === 0) return undefined
  let stepped = true
  return {
    name: 'constrain',
    // Before everyone else, who may look at the weights.
    order: -100,
    before_step: () => {
      stepped = true
    },
    after_cancel_step: () => {
      stepped = false
    },
    after_step: ({ grads }: TrainingState) => {
      if (stepped) for (const parameter of constrained) if (grads[parameter.name]) apply(parameter)
    },
  }
}

function apply({ variable, constraint }: Parameter): void {
  tidy(() => {
    const allowed = constraint!.apply(variable)
    // A variable that is assigned to itself is lost.
    if (allowed !== variable) variable.assign(allowed)
  })
}
