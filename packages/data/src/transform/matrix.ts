/** Nine numbers, row by row: where a point (x, y, 1) of what is drawn lies in what it is drawn of, divided by the third. */
export type Matrix = readonly number[]

export const identity: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1]

export function times(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [3 * Math.floor(i / 3), i % 3]
    return a[row]! * b[column]! + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!
  })
}

export function scaling(x: number, y: number): Matrix {
  return [x, 0, 0, 0, y, 0, 0, 0, 1]
}

export function translation(x: number, y: number): Matrix {
  return [1, 0, x, 0, 1, y, 0, 0, 1]
}

/** About the middle of a frame. */
export function about(width: number, height: number, matrix: Matrix): Matrix {
  const [x, y] = [width / 2, height / 2]
  return times(times(translation(x, y), matrix), translation(-x, -y))
}

export function inverse([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  const cofactors = [e! * i! - f! * h!, f! * g! - d! * i!, d! * h! - e! * g!]
  const det = a! * cofactors[0]! + b! * cofactors[1]! + c! * cofactors[2]!
  return [
    ...[cofactors[0]!, c! * h! - b! * i!, b! * f! - c! * e!],
    ...[cofactors[1]!, a! * i! - c! * g!, c! * d! - a! * f!],
    ...[cofactors[2]!, b! * g! - a! * h!, a! * e! - b! * d!],
  ].map(each => each / det)
}

export function moved([a, b, c, d, e, f, g, h, i]: Matrix, x: number, y: number): [x: number, y: number] {
  const w = g! * x + h! * y + i!
  return [(a! * x + b! * y + c!) / w, (d! * x + e! * y + f!) / w]
}

/** Whether rows stay rows and columns columns. */
export function isUpright([, b, , d, , , g, h]: Matrix): boolean {
  return b === 0 && d === 0 && g === 0 && h === 0
}

/**
 * What puts the corners of one quadrilateral where those of another are.
 *
 * @param from,to four points each, x and y
 */
export function perspective(from: readonly (readonly number[])[], to: readonly (readonly number[])[]): Matrix {
  const rows = from.flatMap(([x, y], i) => {
    const [u, v] = to[i]!
    return [
      [x!, y!, 1, 0, 0, 0, -u! * x!, -u! * y!, u!],
      [0, 0, 0, x!, y!, 1, -v! * x!, -v! * y!, v!],
    ]
  })
  return [...solved(rows), 1]
}

/** The unknowns of linear equations, whose last column is the right side (Gauss and Jordan, with pivots). */
function solved(rows: number[][]): number[] {
  const n = rows.length
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++) if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row
    const [chosen, other] = [rows[pivot]!, rows[column]!]
    rows[pivot] = other
    rows[column] = chosen.map(value => value / chosen[column]!)
    for (let row = 0; row < n; row++)
      if (row !== column) {
        const factor = rows[row]![column]!
        rows[row] = rows[row]!.map((value, k) => value - factor * rows[column]![k]!)
      }
  }
  return rows.map(row => row[n]!)
}
