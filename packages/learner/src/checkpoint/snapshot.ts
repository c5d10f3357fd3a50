import type { Weights } from '@onecycle/callbacks'
import type { DataBunch, LoaderState } from '@onecycle/data'
import { copyStates, type LayerStates, putStates } from '../model/layer-states.js'
import type { Model } from '../model/trainable-model.js'
import type { Optimizer, OptimizerState } from '../optimizer/index.js'
import type { RandomStreams, RandomStreamsState } from '../random/random-streams.js'
import { assignWeights, checkWeights, copyWeights } from './weights.js'

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

/** Copies the state of a Learner, away from the backend. All is asked for before any of it is waited for. */
export async function capture(parts: Parts): Promise<Required<Snapshot>> {
  const [weights, optimizer, others] = await Promise.all([copyWeights(parts.model), parts.opt.state(), captureOthers(parts)])
  return { weights, optimizer, ...others }
}

/** What a fit goes on with beside weights and optimizer: where all that is random stands, and what layers remember. */
export async function captureOthers({ data, random, model }: Parts): Promise<Required<Omit<Snapshot, 'weights' | 'optimizer'>>> {
  const places = { loader: data.train_dl.state(), random: random.state() }
  return { ...places, states: await copyStates(model) }
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
  assignWeights(model, snapshot.weights)
}
