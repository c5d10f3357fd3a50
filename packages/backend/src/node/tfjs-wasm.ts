// TensorFlow.js's backend for wasm, without its binaries. The build packs it into this module (`bundle.mjs`).
import '@tensorflow/tfjs-backend-wasm'

export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
