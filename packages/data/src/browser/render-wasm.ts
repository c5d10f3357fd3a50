// The build writes this module anew: what is published has it with it (bundle.mjs).

/** What `assembly/render.ts` is compiled to. */
export function renderWasm(): Uint8Array<ArrayBuffer> {
  throw new Error('What draws pictures comes with the build of this package: run npm run build.')
}
