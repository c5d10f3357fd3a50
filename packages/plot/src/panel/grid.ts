/** Rows of equally many numbers. */
export type Grid = readonly (readonly number[])[]

/** Smallest and largest of the finite values; undefined when there is none. */
export function extentOf(grid: Grid): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity]
  for (const row of grid)
    for (const value of row) {
      if (!Number.isFinite(value)) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  return low <= high ? [low, high] : undefined
}

/** At most so many rows and columns, each value the mean of the finite ones in its place, NaN where there is none. */
export function pooled(grid: Grid, rows: number, columns: number): Grid {
  const down = bounds(grid.length, rows)
  const across = bounds(grid[0]!.length, columns)
  if (down.length - 1 === grid.length && across.length - 1 === grid[0]!.length) return grid
  return down.slice(1).map((end, r) =>
    across.slice(1).map((right, c) => {
      let [sum, count] = [0, 0]
      for (let y = down[r]!; y < end; y++)
        for (let x = across[c]!; x < right; x++) {
          const value = grid[y]![x]!
          if (!Number.isFinite(value)) continue
          sum += value
          count++
        }
      return count ? sum / count : Number.NaN
    }),
  )
}

/** Where each of at most `parts` equal parts of `length` begins, and the end. */
function bounds(length: number, parts: number): number[] {
  const count = Math.max(1, Math.min(length, Math.floor(parts)))
  return Array.from({ length: count + 1 }, (_, i) => Math.round((i * length) / count))
}
