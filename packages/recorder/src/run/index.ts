export { type LoggedFit, type LoggedRun, readRun } from './read-run.js'
export type { RunEvent } from './run-event.js'
export { RunLog, type RunLogOptions } from './run-log.js'
export { type LoggedState, RunLogger, type RunLoggerOptions } from './run-logger.js'
