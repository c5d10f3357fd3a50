import type { Weights } from '@onecycle/callbacks'
import type { DataBunch, LoaderState } from '@onecycle/data'
import { copyStates, type LayerStates, putStates } from '../model/layer-states.js'
import type { Model } from '../model/trainable-model.js'
import type { Optimizer, OptimizerState } from '../optimizer/index.js'
import type { RandomStreams, RandomStreamsState } from '../random-streams.js'
import { checkWeights, copyWeights, putWeights } from './weights.js'

/** What training changes: put back by {@link restore}, it is as if nothing had happened. */
export interface Snapshot {
  /** All weights of the model by name, batch-norm statistics included. */
  readonly weights: Weights
  readonly optimizer?: OptimizerState
  /** Where the stream of training batches stands. */
  readonly loader?: LoaderState
  /** Where all else that is random stands. */
  readonly random?: RandomStreamsState
  /** What stateful recurrent layers remember of the last batch. */
  readonly states?: LayerStates
}

/** What a snapshot is taken of. */
export interface Parts {
  readonly model: Model
  readonly opt: Optimizer
  readonly data: DataBunch
  readonly random: RandomStreams
}

/** Copies the state of a Learner that is not training, away from the backend. */
export async function capture(parts: Parts): Promise<Required<Snapshot>> {
  return {
    weights: await copyWeights(parts.model),
    optimizer: await parts.opt.state(),
    states: await copyStates(parts.model),
    ...captureStreams(parts),
  }
}

/** Where the order of the data and all else that is random stand. */
export function captureStreams({ data, random }: Parts): Required<Pick<Snapshot, 'loader' | 'random'>> {
  return { loader: data.train_dl.state(), random: random.state() }
}

/**
 * Puts a state back.
 *
 * @throws Error when its weights are not the model's; nothing is changed then.
 */
export async function restore({ model, opt, data, random }: Parts, snapshot: Snapshot): Promise<void> {
  checkWeights(model, snapshot.weights)
  if (snapshot.optimizer) await opt.load(snapshot.optimizer)
  if (snapshot.loader) data.train_dl.restore(snapshot.loader)
  if (snapshot.random) random.restore(snapshot.random)
  if (snapshot.states) putStates(model, snapshot.states)
  putWeights(model, snapshot.weights)
}
