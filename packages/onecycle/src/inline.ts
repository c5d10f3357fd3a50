/**
 * Carries the modules of WebAssembly in the program itself: `import 'onecycle/inline'` beside `import … from 'onecycle'`, for bundlers that
 * leave files behind (esbuild, rollup) and for pages in a single file.
 *
 * @example
 * import { useBackend } from 'onecycle'
 * import 'onecycle/inline'
 * await useBackend({ prefer: 'wasm' })
 *
 * @module
 */
import '@onecycle/backend/wasm/inline'
