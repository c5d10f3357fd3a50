import { type Kinds, kind } from '@onecycle/platform'
import {
  type FineTuneFitOptions,
  type FitOptions,
  type FlatCosFitOptions,
  numbers,
  type SgdrFitOptions,
  trainKinds,
} from './options.js'

export const fitKinds: Kinds<FitOptions> = {
  ...{
    cycle_len: kind.number,
    cycle_mult: kind.number,
    use_clr: kind.listOf(kind.number),
    use_clr_beta: kind.listOf(kind.number),
  },
  ...{ wds: numbers, best_save_name: kind.any, cycle_save_name: kind.any },
  ...trainKinds,
}
export const flatCosKinds: Kinds<FlatCosFitOptions> = { div_final: kind.number, pct_start: kind.number, ...trainKinds }
const { start_epoch: _start_epoch, ...partKinds } = trainKinds
export const fineTuneKinds: Kinds<FineTuneFitOptions> = {
  ...{ freeze_epochs: kind.number, lr_mult: kind.number, pct_start: kind.number, div: kind.number },
  ...partKinds,
}
export const sgdrKinds: Kinds<SgdrFitOptions> = { cycle_mult: kind.number, ...trainKinds }
