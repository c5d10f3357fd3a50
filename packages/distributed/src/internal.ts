/** What the command line needs, and no program. */
export { diagnoseMpi, type MpiDiagnosis } from './diagnose.js'
export { type LaunchOptions, launch } from './launch/launch.js'
export { installedTsx } from './typescript.js'
