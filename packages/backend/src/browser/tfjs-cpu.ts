// TensorFlow.js's backend in plain JavaScript. The build packs it into this module (`bundle.mjs`).
import '@tensorflow/tfjs-backend-cpu'

export { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
