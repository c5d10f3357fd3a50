import { nextTurn, plainError } from '@onecycle/platform'
import type { Optimizer, OptimizerState } from '../optimizer/index.js'
import type { SaveOptions } from './file.js'
import type { Parts } from './parts.js'
import { captureOthers, type Snapshot } from './snapshot.js'
import { copyWeights } from './weights.js'

type SavingParts = Parts & { log(line: string): void }

/** What makes files may come while the parts are read, which are of the moment of the call. */
const files = () => import('./file.js')

/**
 * Writes the parts of a Learner under an address, without the optimizer's state where that cannot be read: then a line says so.
 *
 * @throws Error when that state is insisted on, or the address cannot be written.
 */
export async function saveFrom(parts: SavingParts, address: string, options: SaveOptions): Promise<string> {
  const [{ snapshot, cause }, { saveCheckpoint }] = await Promise.all([snapshotOf(parts, options), files()])
  const file = await saveCheckpoint(address, snapshot, options)
  await tellNonFinite(parts, snapshot)
  if (cause) parts.log(`${file} has no state of the optimizer. ${cause.message}`)
  return file
}

/** As {@link saveFrom}: what it would write. */
export async function bytesOf(parts: SavingParts, options: SaveOptions): Promise<Uint8Array<ArrayBuffer>> {
  const [{ snapshot, cause }, { encodeCheckpoint }] = await Promise.all([snapshotOf(parts, options), files()])
  const bytes = await encodeCheckpoint(snapshot, options)
  await tellNonFinite(parts, snapshot)
  if (cause) parts.log(`The bytes have no state of the optimizer. ${cause.message}`)
  return bytes
}

async function tellNonFinite({ log }: SavingParts, { weights }: Snapshot): Promise<void> {
  const { nonFinite } = await import('./non-finite.js')
  const fault = await nonFinite(weights, nextTurn)
  if (fault) log(`${fault} They are saved as they are.`)
}

/** What is to be saved, and why it is without the optimizer's state where it should have it. */
async function snapshotOf(parts: Parts, { with_opt }: SaveOptions): Promise<{ snapshot: Snapshot; cause?: Error | undefined }> {
  if (with_opt === false) return { snapshot: { weights: await copyWeights(parts.model) } }
  const reading = [copyWeights(parts.model), stateOf(parts.opt), captureOthers(parts)] as const
  const [weights, { optimizer, cause }, others] = await Promise.all(reading)
  if (cause && with_opt)
    throw plainError('unsaveable', `${cause.message} To save the weights alone: save(path, { with_opt: false }).`, {
      cause,
    })
  return { snapshot: { weights, ...(optimizer && { optimizer }), ...others }, cause }
}

async function stateOf(opt: Optimizer): Promise<{ optimizer?: OptimizerState; cause?: Error }> {
  try {
    return { optimizer: await opt.state() }
  } catch (cause) {
    return { cause: cause as Error }
  }
}
