/**
 * Importing this module makes TensorFlow.js's wasm backend able to train, in any program that uses TensorFlow.js:
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core'
 * import '@onecycle/backend/wasm'
 * await tf.setBackend('wasm')
 */
import { leaveErrorsToTheProgram } from '#backend/process-listeners.js'
import { compiledVariant } from './compiled/index.js'
import { composedKernels } from './composed/index.js'
import { refuseWhenFull } from './full-memory.js'
import { registerTrainingKernels } from './kernels.js'
import { registerCompiledKernels, takeOverStart } from './threads/start.js'

leaveErrorsToTheProgram()
refuseWhenFull()
registerTrainingKernels(composedKernels)
if (compiledVariant()) registerCompiledKernels()
takeOverStart()

export { accelerateLayers, type CompiledVariant, compiledVariant } from './compiled/index.js'
export * from './features.js'
export * from './kernels.js'
export { threadsInUse } from './threads/start.js'
