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
export function saveFrom(parts: SavingParts, address: string, options: SaveOptions): Promise<string> {
  return saved(
    parts,
    options,
    (to, snapshot) => to.saveCheckpoint(address, snapshot, options),
    file => `${file} has`,
  )
}

/** As {@link saveFrom}: what it would write. */
export function bytesOf(parts: SavingParts, options: SaveOptions): Promise<Uint8Array<ArrayBuffer>> {
  return saved(
    parts,
    options,
    (to, snapshot) => to.encodeCheckpoint(snapshot, options),
    () => 'The bytes have',
  )
}

async function saved<T>(
  parts: SavingParts,
  options: SaveOptions,
  write: (to: Awaited<ReturnType<typeof files>>, snapshot: Snapshot) => Promise<T>,
  itHas: (written: T) => string,
): Promise<T> {
  const [{ snapshot, cause }, to] = await Promise.all([snapshotOf(parts, options), files()])
  const written = await write(to, snapshot)
  const { nonFinite } = await import('./non-finite.js')
  const fault = await nonFinite(snapshot.weights, nextTurn)
  if (fault) parts.log(`${fault} They are saved as they are.`)
  if (cause) parts.log(`${itHas(written)} no state of the optimizer. ${cause.message}`)
  return written
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
