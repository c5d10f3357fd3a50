import type { Callback } from '@onecycle/callbacks'
import { shownAs } from '@onecycle/platform'
import type { History } from '@onecycle/recorder'
import { historyText } from '@onecycle/recorder/internal'
import type { Metric } from '../metric/metric.js'
import { MetricTrial } from '../metric/metric-trial.js'
import type { Model } from '../model/trainable-model.js'
import { unsettledStatistics } from '../model/unsettled-statistics.js'

/** Who fits for the first time. */
interface Beginner {
  readonly bus: { remove(callback: Callback): void }
  readonly metrics: readonly Metric[]
  readonly model: Model
  log(line: string): void
}

/** What a Learner looks after from its first fit on: its metrics, and running statistics as they are then. */
export async function ofFirstFit({ bus, metrics, model, log }: Beginner): Promise<Callback[]> {
  return [new MetricTrial(metrics, trial => bus.remove(trial)), ...(await unsettledStatistics(model, log))]
}

/** What a fit answers, as consoles and notebooks show it: its epochs, not all of its batches. */
export function shown(history: History): History {
  return shownAs(history, historyText)
}
