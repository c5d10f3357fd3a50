/** `[x, y]`; a y that is no number is a gap. */
type CurvePoint = [number, number]

/** Plain data that survives JSON: a width, and the points one after the other, x and y; of a gap y is null. */
export interface CurveState {
  readonly width: number
  readonly points: readonly (number | null)[]
}

/** Most parts of a curve, each with five points at most: more than a screen has columns. */
const most = 512

/**
 * A curve that grows for ever in bounded room: parts of equal width, each with its first, lowest, highest and last point and a gap. When there
 * are too many parts each two become one, so that no spike is lost and early points are as dense as late ones.
 */
export class Curve {
  #width = 1
  #parts: CurvePoint[][] = []

  static from({ width, points }: CurveState): Curve {
    const curve = new Curve()
    curve.#width = width
    for (let i = 0; i + 1 < points.length; i += 2) curve.add(points[i]!, points[i + 1] ?? Number.NaN)
    return curve
  }

  /** Adds a point whose x is not less than those before. */
  add(x: number, y: number): void {
    const part = this.#parts.at(-1)
    if (part && this.#partOf(part) === Math.floor(x / this.#width)) {
      part.push([x, y])
      if (part.length > 5) thin(part)
      return
    }
    this.#parts.push([[x, y]])
    if (this.#parts.length > most) this.#widen()
  }

  /** Takes away what lies beyond x. */
  cut(x: number): void {
    this.#parts = this.#parts.map(part => part.filter(([at]) => at <= x)).filter(part => part.length > 0)
  }

  get points(): CurvePoint[] {
    return this.#parts.flat()
  }

  /** The y of the last point; NaN where there is none. */
  get last(): number {
    return this.#parts.at(-1)?.at(-1)?.[1] ?? Number.NaN
  }

  state(): CurveState {
    return { width: this.#width, points: this.points.flatMap(([x, y]) => [x, Number.isFinite(y) ? rounded(y) : null]) }
  }

  #partOf(part: readonly CurvePoint[]): number {
    return Math.floor(part[0]![0] / this.#width)
  }

  #widen(): void {
    this.#width *= 2
    const wide: CurvePoint[][] = []
    for (const part of this.#parts) {
      const before = wide.at(-1)
      if (before && this.#partOf(before) === this.#partOf(part)) before.push(...part)
      else wide.push(part)
    }
    for (const part of wide) if (part.length > 5) thin(part)
    this.#parts = wide
  }
}

/** Of points those to keep, in place. */
function thin(points: CurvePoint[]): void {
  let [low, high, gap] = [-1, -1, -1]
  for (const [i, [, y]] of points.entries()) {
    if (!Number.isFinite(y)) gap = i
    else {
      if (low < 0 || y < points[low]![1]) low = i
      if (high < 0 || y > points[high]![1]) high = i
    }
  }
  const keep = [0, low, high, gap, points.length - 1]
  points.splice(0, points.length, ...points.filter((_, i) => keep.includes(i)))
}

/** As many digits as a picture shows: a third of the letters. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
