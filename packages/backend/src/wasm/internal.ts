/**
 * What the other packages of onecycle use of the kernels, and no program needs: it may change at any time.
 *
 * @module
 */

export {
  compiledFailure,
  compiledKernels,
  type FusedStep,
  type FusedUpdate,
  fusedAdagrad,
  fusedAdam,
  fusedRmsprop,
  fusedSgd,
  fusedUpdates,
  reasonForNarrow,
} from './compiled/index.js'
export { composedKernels } from './composed/index.js'
export * from './index.js'
export { loadWasm, startFastest, startWasm, type TriedThreads } from './threads/start.js'
