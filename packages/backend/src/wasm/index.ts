/**
 * Importing this module makes TensorFlow.js's wasm backend able to train, in any program that uses TensorFlow.js:
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core'
 * import '@onecycle/backend/wasm'
 * await tf.setBackend('wasm')
 */
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { compiledKernels, compiledVariant } from './compiled/index.js'
import { composedKernels } from './composed/index.js'
import { refuseWhenFull } from './full-memory.js'
import { registerTrainingKernels } from './kernels.js'
import { leaveErrorsToTheProgram } from './process-listeners.js'

// The backend looks for its .wasm beside the script that was started, which is right only inside its own folder.
setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep)
leaveErrorsToTheProgram()
refuseWhenFull()
registerTrainingKernels(composedKernels)
if (compiledVariant()) registerTrainingKernels(compiledKernels)

export {
  accelerateLayers,
  type CompiledVariant,
  compiledFailure,
  compiledVariant,
  type FusedStep,
  type FusedUpdate,
  fusedAdagrad,
  fusedAdam,
  fusedRmsprop,
  fusedSgd,
  fusedUpdates,
  reasonForNarrow,
} from './compiled/index.js'
export * from './features.js'
export * from './kernels.js'
export { startWasm, threadsInUse } from './threads/start.js'
export { compiledKernels, composedKernels }
