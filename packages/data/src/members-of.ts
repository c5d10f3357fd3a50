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
