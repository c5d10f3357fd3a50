// What draws SVG as PNG, in one module that the build packs (bundle.mjs).
export { initWasm, Resvg } from '@resvg/resvg-wasm'
