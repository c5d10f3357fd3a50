import { plainError } from '@onecycle/platform'

// The build writes this module anew: what is published has the decoders with it, compressed (bundle.mjs).

/** A decoder, as WebAssembly. */
export async function codecWasm(name: 'png' | 'jpeg' | 'webp'): Promise<Uint8Array<ArrayBuffer>> {
  throw plainError('not-built', `The decoder of ${name} comes with the build of this package: run npm run build.`)
}
