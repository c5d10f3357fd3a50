/** What other packages of onecycle need, and no program. */
export { addFileHandlers } from '#backend/file-handlers.js'
export { lookInProject, projectFolder } from '#backend/project.js'
export { accelerators } from './accelerators.js'
export { pinBackend } from './choosing.js'
export type { MaybeNative, NativeBackend } from './native/operations.js'
export type { RecordedStep, StepRecording } from './native/step/recorded-step.js'
export { chooseLater } from './ready.js'
