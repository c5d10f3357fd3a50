import { fit07, flat_cos, type ModelStore, ParamScheduler, sgdr, type TrainingState } from '@onecycle/callbacks'
import { hasMomentum, noMomentum } from '@onecycle/callbacks/internal'
import { checkOptions, show } from '@onecycle/platform'
import { checkEpochs } from './arguments.js'
import {
  type FitOptions,
  type FlatCosFitOptions,
  fitKinds,
  flatCosKinds,
  places,
  type SgdrFitOptions,
  schedulePart,
  sgdrKinds,
} from './options.js'
import type { FitPlan } from './plan.js'
import { savers } from './save-cycles.js'

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
