import { show, typeError } from '@onecycle/platform'
import { isTypedArray } from './column.js'

/** What class or group each sample is of. */
export type Labels = ArrayLike<string | number | boolean>

/** The indices of each label, in the order in which labels are met. */
export function membersOf(labels: Labels): number[][] {
  const members = new Map<string | number | boolean, number[]>()
  for (let i = 0; i < labels.length; i++) {
    const own = members.get(labels[i]!)
    if (own) own.push(i)
    else members.set(labels[i]!, [i])
  }
  return [...members.values()]
}

/** How many there are. Throws TypeError for what is no list of one for each sample. */
export function requireLabels(what: string, list: unknown): number {
  if (Array.isArray(list) || isTypedArray(list)) return list.length
  throw typeError('not-numbers', `${what} is ${show(list)}; expected a list with one for each sample.`)
}
