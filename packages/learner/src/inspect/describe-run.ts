import { describeHost } from '@onecycle/platform'
import { dataPrint, modelPrint, optimizerPrint } from '../checkpoint/fingerprint.js'
import { machineNow } from '../checkpoint/machine.js'
import type { RunningLearner } from '../checkpoint/running-learner.js'
import { parametersOf } from '../model/parameters.js'

/** What a run is of, as plain data: what two runs may differ in. */
export type RunDescription = {
  /** Decides all that is random while the Learner works. */
  readonly seed: number
  /** Where it runs, and what computes. */
  readonly machine: Readonly<Record<string, string>>
  readonly model: {
    /** A line for each layer: what it is, and what it was made with. */
    readonly layers: readonly string[]
    readonly parameters: number
  }
  readonly optimizer: {
    readonly rule: string
    readonly groups: number
    readonly hyper: Readonly<Record<string, readonly number[]>>
  }
  readonly loss: string
  readonly metrics: readonly string[]
  readonly data: Awaited<ReturnType<typeof dataPrint>>
}

type Described = Pick<RunningLearner, 'model' | 'opt' | 'data' | 'train_dl' | 'valid_dl' | 'random' | 'bus' | 'metricNames'> & {
  readonly loss_func: { readonly name: string }
}

/** Reads some samples for the print of the data, which is left out where they cannot be read. */
export async function describeRun(learn: Described): Promise<RunDescription> {
  const { model, loss_func, metricNames, random } = learn
  const layers = modelPrint(model).map(({ layer, config }) => `${layer} ${JSON.stringify(config)}`)
  const parameters = parametersOf(model).reduce((sum, { variable }) => sum + variable.size, 0)
  const optimizer = optimizerPrint(learn)
  // What schedules set is of a fit, not of the run.
  const { lr: _, mom: __, ...hyper } = optimizer.hyper
  return {
    seed: random.seed,
    machine: { host: describeHost(), ...(await machineNow()) },
    model: { layers, parameters },
    optimizer: { ...optimizer, hyper },
    loss: loss_func.name || 'custom',
    metrics: metricNames,
    data: await dataPrint(learn),
  }
}
