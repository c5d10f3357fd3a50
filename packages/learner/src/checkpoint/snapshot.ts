import type { LoaderState } from '@onecycle/data'
import { tensor } from '@tensorflow/tfjs-core'
import { weightsOf } from '../model/parameters.js'
import type { OptimizerState } from '../optimizer/index.js'
import type { TrainingLoop } from '../training-loop.js'
import type { StoredTensor } from './safetensors.js'

/** What training changes: put back by {@link restore}, it is as if nothing had happened. */
export interface Snapshot {
  /** All weights of the model by name, batch-norm statistics included. */
  readonly weights: Readonly<Record<string, StoredTensor>>
  readonly optimizer?: OptimizerState
  /** Where the stream of training batches stands. */
  readonly loader?: LoaderState
}

type Parts = Pick<TrainingLoop, 'model' | 'opt' | 'data'>

/**
 * Copies the state of a Learner that is not training, away from the backend. Weights become float32, which holds whole
 * numbers up to 2^24 exactly.
 */
export async function capture({ model, opt, data }: Parts): Promise<Required<Snapshot>> {
  const weights: Record<string, StoredTensor> = {}
  for (const { name, variable } of weightsOf(model)) {
    weights[name] = { shape: [...variable.shape], values: Float32Array.from(await variable.data()) }
  }
  return { weights, optimizer: await opt.state(), loader: data.train_dl.state() }
}

/**
 * Puts a state back.
 *
 * @throws Error when its weights are not the model's; nothing is changed then.
 */
export async function restore({ model, opt, data }: Parts, snapshot: Snapshot): Promise<void> {
  const weights = weightsOf(model)
  const wrong = mismatch(
    weights.map(({ name, variable }) => `${name} [${variable.shape}]`),
    Object.entries(snapshot.weights).map(([name, { shape }]) => `${name} [${shape}]`),
  )
  if (wrong)
    throw new Error(`The saved weights are of another model: ${wrong}. Load them into the architecture they were saved from.`)
  if (snapshot.optimizer) await opt.load(snapshot.optimizer)
  if (snapshot.loader) data.train_dl.restore(snapshot.loader)
  for (const { name, variable } of weights) {
    const { values, shape } = snapshot.weights[name]!
    const own = variable.dtype === 'float32' ? values.slice() : Int32Array.from(values)
    const value = tensor(own, [...shape], variable.dtype as 'float32')
    variable.assign(value)
    value.dispose()
  }
}

function mismatch(ours: readonly string[], saved: readonly string[]): string | undefined {
  const missing = ours.filter(weight => !saved.includes(weight))
  const unknown = saved.filter(weight => !ours.includes(weight))
  const parts = [
    missing.length > 0 && `the model has ${missing.join(', ')}, which was not saved`,
    unknown.length > 0 && `${unknown.join(', ')} was saved, which the model does not have`,
  ]
  return parts.filter(Boolean).join('; ') || undefined
}
