/**
 * What the other packages of onecycle use of this one, and no program needs: it may change at any time.
 *
 * @module
 */
export { nameOf } from './check-callback.js'
export { checkHyper } from './check-hyper.js'
export { checkOwners } from './check-owners.js'
export { batchEvents } from './events.js'
export { gravest } from './gravest.js'
export { hasMomentum, noMomentum } from './schedule/no-momentum.js'
export { oneCycleKeep } from './schedule/one-cycle.js'
export { cycle_for } from './schedule/one-cycle-scheduler.js'
export { type ScheduleTable, type ScheduleValues, schedule_table } from './schedule/schedules.js'
export { suggestFunctions, trim_curve } from './schedule/suggest.js'
