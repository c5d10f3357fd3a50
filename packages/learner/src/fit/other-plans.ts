import {
  type FineTunePart,
  fine_tune,
  fit07,
  flat_cos,
  type ModelStore,
  ParamScheduler,
  type Rates,
  sgdr,
  type TrainingState,
} from '@onecycle/callbacks'
import { hasMomentum, noMomentum } from '@onecycle/callbacks/internal'
import { checkNumber, checkOptions, show } from '@onecycle/platform'
import type { LrFindRecord } from '@onecycle/recorder'
import { checkEpochs } from './check-epochs.js'
import { givenRate } from './given-rate.js'
import {
  type FineTuneFitOptions,
  type FitOptions,
  type FlatCosFitOptions,
  places,
  type SgdrFitOptions,
  schedulePart,
} from './options.js'
import { fineTuneKinds, fitKinds, flatCosKinds, sgdrKinds } from './other-kinds.js'
import { type FitPlan, planOneCycle } from './plan.js'
import { savers } from './save-cycles.js'

export { fitArguments } from './arguments.js'
export { ratesOf } from './given-rate.js'

/** A constant rate, or fastai 0.7's cycles. */
export function planFit(learn: TrainingState & ModelStore, n: number, lrs: readonly number[], options: FitOptions): FitPlan {
  checkOptions<FitOptions>('fit', options, fitKinds, places('fit(lr, n) or fit({ epochs, lr })'))
  const { wds: _wds, best_save_name, cycle_save_name, ...cycles } = schedulePart(options)
  const { epochs, lr, mom, cycle_ends } = fit07({ ...cycles, lrs, n_cycle: n }, learn.n_train_iter)
  if (mom && !hasMomentum(learn.opt)) {
    const name = cycles.use_clr ? 'use_clr' : 'use_clr_beta'
    const given = `${name} is ${show(cycles[name])}, of which the last two are momenta`
    throw noMomentum(given, `give ${name} its first two values alone`, learn.opt)
  }
  const save = savers(learn, { best_save_name, cycle_save_name }, cycle_ends)
  if (!options.cycle_len) return { epochs, callbacks: save }
  const scheduler = new ParamScheduler({ lr, mom: mom && lrs.map(() => mom) }, { keep: 'next', name: 'cycle_len' })
  return { epochs, callbacks: [scheduler, ...save] }
}

export function planFlatCos(epochs: number, rates: readonly number[], options: FlatCosFitOptions): FitPlan {
  checkOptions<FlatCosFitOptions>('fit_flat_cos', options, flatCosKinds, places('fit_flat_cos(n, lr)'))
  checkEpochs(epochs)
  const form = schedulePart(options)
  const lr = rates.map(lr => flat_cos({ ...form, lr }).lr)
  return { epochs, callbacks: [new ParamScheduler({ lr }, { name: 'fit_flat_cos' })] }
}

export function planSgdr(n_cycles: number, cycle_len: number, rates: readonly number[], options: SgdrFitOptions): FitPlan {
  checkOptions<SgdrFitOptions>('fit_sgdr', options, sgdrKinds, places('fit_sgdr(n_cycles, cycle_len, lr_max)'))
  const form = schedulePart(options)
  const plans = rates.map(lr_max => sgdr({ ...form, n_cycles, cycle_len, lr_max }))
  const lr = plans.map(({ lr }) => lr)
  return { epochs: plans[0]!.epochs, callbacks: [new ParamScheduler({ lr }, { name: 'fit_sgdr' })] }
}

/** What `fine_tune` was given: the rate, and the last search, which may be where it should have come from. */
interface FineTuneCall {
  readonly epochs: number
  readonly base_lr: unknown
  readonly search: LrFindRecord | undefined
  /** One rate per layer group. */
  rates(lr_max: Rates): readonly number[]
}

/** Both parts of it; the first may have no epochs. */
export function planFineTune(
  learn: TrainingState,
  { epochs, base_lr, search, rates }: FineTuneCall,
  options: FineTuneFitOptions,
): { first: FitPlan | undefined; second: FitPlan } {
  checkOptions<FineTuneFitOptions>('fine_tune', options, fineTuneKinds, places('fine_tune(epochs, base_lr)'))
  const rate = givenRate('fine_tune', base_lr, search, lr => checkNumber('base_lr', lr, { above: 0 }))
  const { frozen, unfrozen } = fine_tune({ ...schedulePart(options), epochs, base_lr: rate })
  const plan = ({ epochs: n, lr_max, ...cycle }: FineTunePart) =>
    planOneCycle(learn, n, rates(lr_max), { ...cycle, form: 'fastai2' }, 'fine_tune')
  return { first: frozen.epochs > 0 ? plan(frozen) : undefined, second: plan(unfrozen) }
}
