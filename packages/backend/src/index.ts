/**
 * Picks and prepares the TensorFlow.js backend, and completes wasm with the kernels that training needs.
 *
 * @example
 * import { useBackend } from '@onecycle/backend'
 * console.log((await useBackend()).line)
 *
 * @module
 */
export { backendNames } from '#backend/candidates.js'
export type { BackendName } from './candidate.js'
export { type BackendDiagnosis, type Diagnosis, type Doctor, describe, diagnose, doctor, type WasmDiagnosis } from './doctor.js'
export { ready } from './ready.js'
export { type BackendReport, type UseBackendOptions, useBackend } from './use-backend.js'
export { setWasmPath } from './wasm/files.js'
