import { plainError } from '@onecycle/platform'

// The build writes this module anew: what is published has it with it (bundle.mjs).

/** What `assembly/render.ts` is compiled to. */
export function renderWasm(): Uint8Array<ArrayBuffer> {
  throw plainError('not-built', 'What draws pictures comes with the build of this package: run npm run build.')
}
