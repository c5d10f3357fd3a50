import { orderByName, show, typeError } from '@onecycle/platform'

export type ByName<T> = Readonly<Record<string, T>>

/** The names of inputs or targets, in the order written; undefined for what is no object of named parts. */
export function namesOf(parts: unknown): string[] | undefined {
  if (typeof parts !== 'object' || parts === null) return undefined
  const prototype = Object.getPrototypeOf(parts)
  return prototype === null || prototype === Object.prototype ? Object.keys(parts) : undefined
}

/**
 * Inputs in the order of the names that others had: a list or a single one stays as it is, where the others had no names.
 *
 * @throws RangeError when the names are not the same; TypeError when only one of the two has names.
 */
export function inOrderOf<Inputs>(names: readonly string[] | undefined, inputs: Inputs, who: string, others: string): Inputs {
  const own = namesOf(inputs)
  if (!own && !names) return inputs
  if (!own || !names) {
    const [named, list] = own ? [who, others] : [others, who]
    throw typeError(
      'names-differ',
      `The inputs of ${named} have names (${(own ?? names)?.join(', ')}), those of ${list} have none. Name both.`,
    )
  }
  const order = orderByName('inputs', { who, names: own }, { who: others, names })
  return Object.fromEntries(order.map(i => Object.entries(inputs as ByName<unknown>)[i]!)) as Inputs
}

/**
 * The targets, and the name they were given by: that of the output they belong to.
 *
 * @throws TypeError when there are several, or none under any name.
 */
export function oneTarget<Values>(y: Values | ByName<Values>): { y: Values; targetName?: string } {
  const names = namesOf(y)
  if (!names) return { y: y as Values }
  if (names.length !== 1) {
    const given = names.length === 0 ? show(y) : `by name ${names.join(', ')}`
    throw typeError(
      'which-targets',
      `y is ${given}; expected the targets of one output here; from_arrays and from_tensors take those of several.`,
    )
  }
  return { y: (y as ByName<Values>)[names[0]!]!, targetName: names[0]! }
}
