import { kind, rangeError, show, typeError } from '@onecycle/platform'
import type { Tensor, Variable } from '@tensorflow/tfjs-core'

/** A trainable variable of a model. */
export interface Parameter {
  /** Unique in the model and the same in every process: state is saved under it. */
  readonly name: string
  readonly variable: Variable
  /** Biases and the parameters of normalisation layers are as a rule spared from weight decay. */
  readonly kind: 'weight' | 'bias' | 'norm'
  /** Where its values must lie: applied after each step that changed it (`kernelConstraint` and its kin). */
  readonly constraint?: { apply(weight: Tensor): Tensor }
}

/** The parameters of each layer group, first layers first. */
export type Groups = readonly (readonly Parameter[])[]

const listOfLists = kind.listOf(kind.listOf(kind.object))

/** Returns the groups. Throws TypeError for what is none, RangeError when there is no parameter in them, or two have the same name. */
export function checkGroups(groups: Groups): Groups {
  if (!listOfLists.fits(groups))
    throw typeError(
      'wrong-argument',
      `An optimizer is made for the layer groups of a model, a list of parameters for each, but got ${show(groups)}.`,
    )
  const names = groups.flat().map(parameter => parameter.name)
  if (names.length === 0)
    throw rangeError('no-weights', 'An optimizer needs at least one parameter: the model has none that can be trained.')
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined)
    throw rangeError(
      'parameter-names',
      `Two parameters are called ${twice}. State is kept by name, so names must be unique in the model.`,
    )
  return groups
}

export function byName(parameters: readonly Parameter[]): ReadonlyMap<string, Parameter> {
  return new Map(parameters.map(parameter => [parameter.name, parameter]))
}
