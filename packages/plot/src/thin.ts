type Points = readonly (readonly [number, number])[]

/** Where a value lies between the ends of an axis, from 0 to 1; NaN where it has no place. */
export type Place = (value: number) => number

/** Whether a place is between the ends, but for what rounding adds. */
export const isWithin = (share: number): boolean => Math.abs(share - 0.5) <= 0.5 + 1e-9

/**
 * Of points in the order of x those that a drawing needs: of each of so many columns the first, the lowest, the highest and the last, so that
 * every spike stands as high as it is, and one that is not shown, so that gaps stay gaps. Of what lies beyond the ends there is one point
 * on either side, to which lines lead.
 */
export function thin(points: Points, columns: number, place: Place, shown: (y: number) => boolean): [number, number][] {
  const kept: [number, number][] = []
  let column = -1
  let [first, last, low, high, gap] = [-1, -1, -1, -1, -1]
  let [least, most] = [Infinity, -Infinity]
  const flush = () => {
    const chosen = column < 0 ? [last] : column === columns ? [first] : [first, low, high, gap, last].sort((a, b) => a - b)
    for (let k = 0; k < chosen.length; k++)
      if (chosen[k]! >= 0 && chosen[k] !== chosen[k - 1]) kept.push(points[chosen[k]!] as [number, number])
  }
  for (let i = 0; i < points.length; i++) {
    const [x, y] = points[i]!
    const share = place(x)
    if (Number.isNaN(share)) continue
    const at = share < 0 ? -1 : share > 1 ? columns : Math.min(columns - 1, Math.floor(share * columns))
    if (at !== column) {
      flush()
      column = at
      ;[first, low, high, gap] = [i, -1, -1, -1]
      ;[least, most] = [Infinity, -Infinity]
    }
    last = i
    if (!shown(y)) gap = i
    else {
      if (y < least) [least, low] = [y, i]
      if (y > most) [most, high] = [y, i]
    }
  }
  flush()
  return kept
}

/**
 * Of points in any order those that lie alone in their place of so many columns and rows, or first: what covers another one is not drawn, and
 * neither is what lies beyond the ends.
 */
export function uncovered(points: Points, columns: number, rows: number, across: Place, along: Place): [number, number][] {
  const taken = new Set<number>()
  return points.filter(([x, y]) => {
    const [right, up] = [across(x), along(y)]
    const at = Math.round(right * columns) * (rows + 1) + Math.round(up * rows)
    if (!isWithin(right) || !isWithin(up) || taken.has(at)) return false
    taken.add(at)
    return true
  }) as [number, number][]
}
