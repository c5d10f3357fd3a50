import type { Weights } from '@onecycle/callbacks'
import type { LoaderState } from '@onecycle/data'
import { copyStates, type LayerStates, putStates } from '../model/layer-states.js'
import type { OptimizerState } from '../optimizer/index.js'
import type { RandomStreamsState } from '../random/random-streams.js'
import type { Fingerprint } from './fingerprint.js'
import type { BestFiles } from './keep.js'
import type { Parts, Place } from './parts.js'
import { assignWeights, checkWeights, copyWeights } from './weights.js'

/** What training changes: put back by the Learner, it is as if nothing had happened. */
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
  /** Where the fit is, if one was under way. */
  readonly run?: RunState
}

/** Of a fit under way, what {@link Snapshot} has not: what those remember who took part. */
export interface RunState {
  /** Which fit of the program, from 0, and how long it is. */
  readonly fit: { readonly index: number; readonly n_epoch: number; readonly n_train_iter: number }
  readonly place: Place
  /** Why it ended, if it did: then there is nothing left to train. */
  readonly ended?: 'completed' | 'stopped' | undefined
  /** By name, in the order in which they are told. */
  readonly callbacks: readonly { readonly name: string; readonly state: unknown }[]
  /** What computed: something else rounds otherwise. */
  readonly machine: Readonly<Record<string, string>>
  /** What it was of; files of the first release do not say it. */
  readonly fingerprint?: Fingerprint | undefined
  /** Which checkpoints of the fit are the best, where some are kept. */
  readonly best?: BestFiles | undefined
}

/** Copies the state of a Learner, away from the backend. All is asked for before any of it is waited for. */
export async function capture(parts: Parts): Promise<Required<Omit<Snapshot, 'run'>>> {
  const [weights, optimizer, others] = await Promise.all([copyWeights(parts.model), parts.opt.state(), captureOthers(parts)])
  return { weights, optimizer, ...others }
}

/** What a fit goes on with beside weights and optimizer: where all that is random stands, and what layers remember. */
export async function captureOthers({
  train_dl,
  random,
  model,
}: Parts): Promise<Required<Pick<Snapshot, 'loader' | 'random' | 'states'>>> {
  const places = { loader: train_dl.state(), random: random.state() }
  return { ...places, states: await copyStates(model) }
}

/**
 * Puts a state back.
 *
 * @throws Error when its weights are not the model's; nothing is changed then.
 */
export async function restore({ model, opt, train_dl, random }: Parts, snapshot: Snapshot): Promise<void> {
  checkWeights(model, snapshot.weights)
  if (snapshot.optimizer) await opt.load(snapshot.optimizer)
  if (snapshot.loader) train_dl.restore(snapshot.loader)
  if (snapshot.random) random.restore(snapshot.random)
  if (snapshot.states) putStates(model, snapshot.states)
  assignWeights(model, snapshot.weights)
}
