import type { Callback } from '@onecycle/callbacks'
import { nameOf } from '@onecycle/callbacks/internal'
import { isPromise, plainError } from '@onecycle/platform'
import { dataPrint, differences, modelPrint, optimizerPrint } from './fingerprint.js'
import { difference, machineNow } from './machine.js'
import type { Place } from './parts.js'
import type { RunningLearner } from './running-learner.js'
import { capture, type RunState, restore, type Snapshot } from './snapshot.js'
import { checkWeights } from './weights.js'

type Callbacks = readonly Callback<never>[]
type RunSnapshot = Snapshot & { readonly run: RunState }

/** A fit under way, as it is at the moment of the call, which is to be awaited before anything goes on. */
export async function captureRun(
  learn: RunningLearner,
  fit: RunState['fit'],
  ended: RunState['ended'],
  more: Pick<RunState, 'best' | 'fingerprint'>,
): Promise<RunSnapshot> {
  const { place } = learn
  const [snapshot, callbacks, machine] = await Promise.all([capture(learn), statesOf(learn.bus.callbacks), machineNow()])
  return { ...snapshot, run: { fit, place, ...(ended && { ended }), callbacks, machine, ...more } }
}

/** Has a fit go on from a snapshot that {@link checkRun} found to be of one like it. */
export async function restoreRun(learn: RunningLearner, snapshot: RunSnapshot, goTo: (place: Place) => void): Promise<void> {
  for (const [i, callback] of withState(learn.bus.callbacks).entries())
    await callback.restore!(structuredClone(snapshot.run.callbacks[i]!.state))
  await restore(learn, snapshot)
  goTo(snapshot.run.place)
}

/** Has those callbacks go on that are in a run too, by name: of several of one name in their order. */
export async function restoreOwn(callbacks: Callbacks, run: RunState): Promise<void> {
  const saved = [...run.callbacks]
  for (const callback of withState(callbacks)) {
    const at = saved.findIndex(({ name }) => name === nameOf(callback))
    if (at >= 0) await callback.restore!(saved.splice(at, 1)[0]!.state)
  }
}

/** @throws Error when a fit cannot go on from a snapshot, as it is of another one, or was computed by something else. */
export async function checkRun(learn: RunningLearner, { run, weights }: RunSnapshot, anyBackend: boolean): Promise<void> {
  const names = (named: readonly { name: string }[]) => named.map(({ name }) => name).join(', ')
  const [theirs, ours] = [
    names(run.callbacks),
    names(withState(learn.bus.callbacks).map(callback => ({ name: nameOf(callback) }))),
  ]
  const length = ({ n_epoch, n_train_iter }: Pick<RunningLearner, 'n_epoch' | 'n_train_iter'>) =>
    `${n_epoch} epochs of ${n_train_iter} batches`
  if (length(run.fit) !== length(learn))
    throw plainError('resume-mismatch', `its fit has ${length(run.fit)}, and this one ${length(learn)}`)
  if (theirs !== ours)
    throw plainError(
      'resume-mismatch',
      `the callbacks of its fit that remember something are ${theirs}, and those of this one ${ours}`,
    )
  checkWeights(learn.model, weights)
  if (run.fingerprint) throwIf(differences(run.fingerprint, { model: modelPrint(learn.model), data: await dataPrint(learn) }))
  const other = difference(run.machine, await machineNow())
  if (other && !anyBackend)
    throw plainError(
      'resume-mismatch',
      `it was computed otherwise (${other}), so that results would differ in their last digits: resume: { dir, anyBackend: true } allows it`,
    )
}

/** @throws Error when the optimizer is set up otherwise than in the fit of a snapshot, as everyone has heard its beginning */
export function checkOptimizer(learn: RunningLearner, { fingerprint }: RunState): void {
  if (fingerprint) throwIf(differences(fingerprint, { optimizer: optimizerPrint(learn) }))
}

function throwIf(differences: readonly string[]): void {
  if (differences.length > 0) throw plainError('resume-mismatch', differences.join('; '))
}

function withState(callbacks: Callbacks): Callbacks {
  return callbacks.filter(({ state }) => state)
}

function statesOf(callbacks: Callbacks): Promise<RunState['callbacks']> {
  return Promise.all(
    withState(callbacks).map(async callback => {
      const state = callback.state!()
      // What is given at once may be what the callback goes on to work with.
      return { name: nameOf(callback), state: isPromise(state) ? await state : structuredClone(state) }
    }),
  )
}
