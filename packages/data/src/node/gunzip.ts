import * as zlib from 'node:zlib'

/** What gzip compressed. Throws Error for what is damaged. */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  return zlib.gunzipSync(bytes)
}

/** As {@link gunzip}, without waiting; undefined where that cannot be. */
export const gunzipSync: ((bytes: Uint8Array) => Uint8Array) | undefined = bytes => zlib.gunzipSync(bytes)
