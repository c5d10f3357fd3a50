import { type Callback, EarlyStopping } from '@onecycle/callbacks'
import { EMA, GradientAccumulation, GradientClip, type Learner, MixUp, SWA } from '@onecycle/learner'

const log = () => {}

/** What takes part in a training that is killed, made anew in each process. */
export const combinations: Readonly<Record<string, () => Callback<Learner>[]>> = {
  plain: () => [new EarlyStopping({ patience: 20, restore_best: true, log })],
  'EMA, GradientAccumulation, GradientClip, MixUp': () => [
    new GradientClip({ max_norm: 1 }),
    new GradientAccumulation({ n_acc: 40 }),
    new EMA({ decay: 0.95 }),
    new MixUp(),
    new EarlyStopping({ patience: 20, restore_best: true, log }),
  ],
  // After its third epoch: none is better by so much.
  'SWA, and stopped early': () => [
    new SWA({ swa_start: 1 }),
    new EarlyStopping({ patience: 2, min_delta: 1, restore_best: true, log }),
  ],
}
