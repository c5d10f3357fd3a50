export { type BackendName, backendNames } from './candidate.js'
export { type BackendDiagnosis, type Diagnosis, describe, diagnose, type WasmDiagnosis } from './doctor.js'
export { chooseLater, ready } from './ready.js'
export { type BackendReport, type UseBackendOptions, useBackend } from './use-backend.js'
