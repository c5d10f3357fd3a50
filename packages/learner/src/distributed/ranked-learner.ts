import type { Bus, TrainingState } from '@onecycle/callbacks'
import type { Parts } from '../checkpoint/parts.js'
import type { Metric } from '../metric/metric.js'
import type { Parameter } from '../optimizer/index.js'
import type { Pace } from '../work/pace.js'

/** Who trains as one with others: a Learner, with what others do not see of it. */
export interface RankedLearner extends Omit<TrainingState, keyof Parts>, Parts {
  readonly bus: Bus<never>
  readonly groups: readonly (readonly Parameter[])[]
  readonly metrics: readonly Metric[]
  readonly pace: Pace
  dl: Parts['train_dl']
  bs: number
  lossValue: number
  totalWeight: number
}
