/** Undefined: a browser cannot decompress without waiting. */
export const gunzipSync: ((bytes: Uint8Array, lengthSaid: (start: Uint8Array) => number) => Uint8Array) | undefined = undefined
