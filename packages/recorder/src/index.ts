/**
 * Remembers what happened in a fit and shows it: history, charts, progress, logs, reports and live pages.
 *
 * @example
 * import { readRun } from '@onecycle/recorder'
 * const run = await readRun('runs/a/log.jsonl')
 * console.log(run.fits.map(({ history }) => history.val_losses))
 *
 * @module
 */
export { compare_losses, compare_metrics, compare_schedules, type Runs } from './chart/compare.js'
export type { LossesOptions } from './chart/losses.js'
export { type LrFindOptions, plot_lr_find } from './chart/lr-find.js'
export { plot_schedule, type Schedules } from './chart/plot-schedule.js'
export { plot_range_test, type RangeTestOptions } from './chart/range-test.js'
export type { ScheduleOptions } from './chart/schedule.js'
export { type EpochRow, emptyHistory, type History, type LrFindRecord } from './history.js'
export { Dashboard } from './live/dashboard.js'
export type { FollowedTraining } from './live/follow-training.js'
export type { DashboardOptions } from './live/options.js'
export type { Act } from './live/pulse.js'
export { type WatchedRuns, type WatchOptions, watchRuns } from './live/watch-runs.js'
export { progressIn } from './log/element-view.js'
export type { ProgressNews, ProgressRenderer, RendererName } from './log/news.js'
export { ProgressBar } from './log/progress.js'
export type { ProgressOptions } from './log/progress-options.js'
export type { ProgressStream } from './log/progress-stream.js'
export { Report, type ReportOptions, type ReportSection, report } from './log/report.js'
export type { Status } from './log/status.js'
export type { Place, RecorderPart } from './part.js'
export { type HistorySource, type LiveOptions, Recorder } from './recorder.js'
export * from './run/index.js'
export type { Sched } from './sched.js'
export { SmoothenValue } from './smoothing.js'
export { TerminalView } from './terminal/terminal-view.js'
export type { TerminalViewOptions } from './terminal/terminal-view-options.js'
