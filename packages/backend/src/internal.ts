/** What other packages of onecycle need, and no program. */
export { lookInProject } from '#backend/project.js'
