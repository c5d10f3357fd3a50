/**
 * Rows of cells as lines with aligned columns: the first column to the left, the others to the right. `paint` may colour a
 * cell; colours do not count as width.
 */
export function table(
  rows: readonly (readonly string[])[],
  paint: (text: string, row: number, column: number) => string = text => text,
): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(cells => cells[column]!.length)))
  return rows
    .map((cells, row) =>
      cells
        .map((cell, column) => {
          const width = widths[column]!
          return paint(column === 0 ? cell.padEnd(width) : cell.padStart(width), row, column)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
