/** How `tf.image.resizeBilinear` and `resizeNearestNeighbor` lay pixels on pixels. */
export interface ResizeAttrs {
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

/** The places along an axis that one place of the result was made from, and their shares in it. */
export type Sources = readonly (readonly [place: number, share: number])[]

/** The sources of a place of an axis of `resized` places, made from one of `size`. Places are rounded to float32, as the kernels do. */
export type SourcesOf = (place: number, size: number, resized: number) => Sources

function scaleOf(size: number, resized: number, alignCorners: boolean): number {
  return Math.fround(alignCorners && resized > 1 ? (size - 1) / (resized - 1) : size / resized)
}

export function bilinear({ alignCorners, halfPixelCenters }: ResizeAttrs): SourcesOf {
  return (i, size, resized) => {
    const scale = scaleOf(size, resized, alignCorners)
    const exact = halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale
    const at = Math.min(Math.max(0, Math.fround(exact)), size - 1)
    const before = Math.floor(at)
    if (at === before) return [[before, 1]]
    return [
      [before, 1 - at + before],
      [before + 1, at - before],
    ]
  }
}

export function nearest({ alignCorners, halfPixelCenters }: ResizeAttrs): SourcesOf {
  return (i, size, resized) => {
    const at = Math.fround((halfPixelCenters ? i + 0.5 : i) * scaleOf(size, resized, alignCorners))
    return [[Math.min(alignCorners ? Math.round(at) : Math.floor(at), size - 1), 1]]
  }
}
