/**
 * What the other packages of onecycle use of this one, and no program needs: it may change at any time.
 *
 * @module
 */
export { whereOf } from './live/pulse-of.js'
export { historyText } from './log/history-text.js'
export { OutputGuard } from './log/output-guard.js'
