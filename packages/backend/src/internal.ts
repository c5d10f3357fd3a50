/** What other packages of onecycle need, and no program. */
export { addFileHandlers } from '#backend/file-handlers.js'
export { lookInProject, projectFolder } from '#backend/project.js'
export { accelerators } from './accelerators.js'
export { pinBackend } from './choosing.js'
export type { MaybeNative } from './native/operations.js'
export { chooseLater } from './ready.js'
