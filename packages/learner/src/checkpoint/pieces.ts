/** Bytes that are copied, hashed, written or read in one go, before others are let in: some milliseconds of work. */
export const pieceBytes = 1 << 22

/**
 * How much of a large content is worked on in one go: a 64th, so that it takes no more than so many turns of the thread, of which a training
 * gives one a step. A model that large has steps that are longer than a piece takes.
 */
export function pieceOf(total: number, least: number): number {
  return Math.min(Math.max(least, Math.ceil(total / 64)), 16 * least)
}

/** Arrays one after the other, copied into pieces of one size, but for the last: each is the caller's. */
export function* inPieces(
  arrays: readonly Uint8Array[],
  size = pieceOf(lengthOf(arrays), pieceBytes),
): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  let left = lengthOf(arrays)
  let filled = 0
  let piece = new Uint8Array(Math.min(size, left))
  for (const array of arrays)
    for (let from = 0; from < array.length; ) {
      const part = array.subarray(from, from + piece.length - filled)
      piece.set(part, filled)
      filled += part.length
      from += part.length
      if (filled < piece.length) continue
      yield piece
      left -= filled
      filled = 0
      piece = new Uint8Array(Math.min(size, left))
    }
}

function lengthOf(arrays: readonly Uint8Array[]): number {
  return arrays.reduce((sum, { length }) => sum + length, 0)
}
