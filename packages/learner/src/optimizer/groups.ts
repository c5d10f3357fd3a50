import type { Parameter } from './optimizer.js'

/** Returns the groups, or throws RangeError when there is no parameter in them or a name occurs twice. */
export function checkGroups(groups: readonly (readonly Parameter[])[]): readonly (readonly Parameter[])[] {
  const names = groups.flat().map(parameter => parameter.name)
  if (names.length === 0)
    throw new RangeError('An optimizer needs at least one parameter: the model has none that can be trained.')
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined)
    throw new RangeError(`Two parameters are called ${twice}. State is kept by name, so names must be unique in the model.`)
  return groups
}
