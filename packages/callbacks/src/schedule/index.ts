export { annealing_poly, combine_scheds, combined_cos, SchedCos, SchedExp, SchedLin, SchedNo, SchedPoly } from './annealers.js'
export { type CosAnnealOptions, cos_anneal } from './cos-anneal.js'
export { CyclicLR, type CyclicLROptions, type CyclicLRState } from './cyclic-lr.js'
export type { ScaleOptions } from './cyclic-scale.js'
export { type CyclicLRScheduleOptions, cyclic_lr } from './cyclic-schedule.js'
export { group_rates, type Rates, type Slice, slice } from './discriminative.js'
export { type FineTuneOptions, type FineTunePart, fine_tune } from './fine-tune.js'
export { type Fit07Options, type Fit07Plan, fit07, type WdSched07Options, wd_sched07 } from './fit07.js'
export { type FitFcOptions, type FlatCosOptions, fit_fc, flat_cos } from './flat-cos.js'
export { type LrFindStopOptions, lr_find_stop } from './lr-find-stop.js'
export { type LrRangeOptions, lr_range } from './lr-range.js'
export { type OneCycleForm, type OneCycleOptions, one_cycle } from './one-cycle.js'
export { type CycleShape, OneCycleScheduler, type OneCycleSchedulerOptions } from './one-cycle-scheduler.js'
export { ParamScheduler, type ParamSchedulerOptions } from './param-scheduler.js'
export { general_sched, opt_sched, type Phase, type PhaseSchedules } from './phases.js'
export { type LrAndMom, type PerGroup, per_group, type Schedule } from './schedule.js'
export {
  type FitLength,
  type NamedSchedule,
  type ScheduleOption,
  schedules,
} from './schedules.js'
export { type SgdrOptions, sgdr } from './sgdr.js'
export { type KerasCallback, StockOptimizer } from './stock-optimizer.js'
export {
  minimum,
  type Suggest,
  type Suggestion,
  type SuggestName,
  slide,
  steep,
  steepest_gradient,
  valley,
} from './suggest.js'
export * as torch from './torch/index.js'
export { type LrAndMaybeMom, type UseClrOptions, use_clr } from './use-clr.js'
export { type UseClrBetaOptions, use_clr_beta } from './use-clr-beta.js'
