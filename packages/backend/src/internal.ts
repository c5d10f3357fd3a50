/** What other packages of onecycle need, and no program. */
export { lookInProject, projectFolder } from '#backend/project.js'
export { pinBackend } from './choosing.js'
