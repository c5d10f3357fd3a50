import * as zlib from 'node:zlib'

/** Bytes of a compressed file that its first ones are told from: they become some megabytes at most. */
const beginning = 4096

/**
 * What gzip compressed, without waiting; undefined where that cannot be. Throws Error for what is damaged.
 *
 * @param lengthSaid how many bytes there are to be, by the first of them; one more is the most that is made
 */
export const gunzipSync: ((bytes: Uint8Array, lengthSaid: (start: Uint8Array) => number) => Uint8Array) | undefined = (
  bytes,
  lengthSaid,
) => {
  const start = zlib.gunzipSync(bytes.subarray(0, beginning), { finishFlush: zlib.constants.Z_SYNC_FLUSH })
  const length = lengthSaid(start)
  return zlib.gunzipSync(bytes, { maxOutputLength: Math.min(length + 1, 2 ** 32) })
}
