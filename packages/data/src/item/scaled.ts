/** Writes numbers, each times a factor, from a place on. */
export function scaled(from: ArrayLike<number>, factor: number, to: { [index: number]: number }, at: number): void {
  const { length } = from
  for (let i = 0; i < length; i++) to[at + i] = from[i]! * factor
}
