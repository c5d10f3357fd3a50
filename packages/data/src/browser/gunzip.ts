/** What gzip compressed. Throws TypeError for what is damaged. */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** As {@link gunzip}, without waiting; undefined where that cannot be. */
export const gunzipSync: ((bytes: Uint8Array) => Uint8Array) | undefined = undefined
