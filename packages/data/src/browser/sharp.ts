/** Decodes by sharp, which is not to be had in a page. */
export async function decodeBySharp(_bytes: Uint8Array, _maxPixels: number): Promise<undefined> {}
