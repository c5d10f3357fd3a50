/** What is wrong or slow in TensorFlow.js's WebGPU backend, put right: loaded where that backend starts. */
export { quickenFilterGradient } from './filter-gradient.js'
export { mendMatMul } from './mat-mul.js'
export { withMostBuffers } from './most-buffers.js'
export { speakOut } from './outspoken.js'
