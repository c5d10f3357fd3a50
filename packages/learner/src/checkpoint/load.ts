import { type FileSource, nameOf, plainError } from '@onecycle/platform'
import { copyStates, type LayerStates, putStates } from '../model/layer-states.js'
import { RandomStreams } from '../random/random-streams.js'
import { loadCheckpoint } from './file.js'
import type { Parts } from './parts.js'
import type { Snapshot } from './snapshot.js'
import { sourceToLoad } from './source.js'
import { assignWeights, checkWeights, compareWeights } from './weights.js'

/** What `learn.load` is given: whether the optimizer is loaded too, and whether every weight must be there. */
export interface LoadOptions {
  /**
   * Whether the optimizer goes on from the file, and with it the order of the data and what else is random. Default: where the file
   * has its state, or says in a line that it has none; `true` insists, `false` takes the weights alone.
   */
  with_opt?: boolean | undefined
  /**
   * Whether the weights must be those of this very model. Default true; `false` takes what fits by name and shape, leaves the rest as it
   * was, and says which is which: for another head, say.
   */
  strict?: boolean | undefined
}

/** What a load took, and what it did not. Weights that were left are given with their shape, as `2.kernel [8,10]`. */
export interface LoadReport {
  /** The address in full; of a File its name, and for bytes 'the bytes'. */
  readonly file: string
  /** Names of the weights that were taken. */
  readonly taken: readonly string[]
  /** The model's weights that the file does not have in this shape: left as they were. */
  readonly missing: readonly string[]
  /** Weights of the file that the model does not have in this shape. */
  readonly unexpected: readonly string[]
  /** Whether the optimizer's state was taken. */
  readonly optimizer: boolean
  /** Whether the order of the data, and all else that is random, goes on from where it was saved. */
  readonly order: boolean
}

type LoadingParts = Parts & { log(line: string): void }

/**
 * Reads a file, or its bytes, into the parts of a Learner, as far as it fits.
 *
 * @throws Error when the file is missing, truncated or foreign, or does not fit; nothing is changed then.
 */
export async function loadInto(parts: LoadingParts, source: FileSource, options: LoadOptions): Promise<LoadReport> {
  const { with_opt, strict = true } = options
  const file = nameOf(sourceToLoad(source))
  const snapshot = await loadCheckpoint(source, { with_opt: with_opt ?? true })
  const { fitting: taken, missing, unexpected } = compareWeights(parts.model, snapshot.weights)
  if (strict)
    checkWeights(parts.model, snapshot.weights, ', or take those that fit by name and shape: load(path, { strict: false })')
  else if (taken.length === 0)
    throw plainError(
      'other-model',
      `${file} has no weight that fits this model by name and shape. It has ${unexpected.join(', ')}; the model ${missing.join(', ')}.`,
    )
  if (snapshot.random) new RandomStreams(0).restore(snapshot.random)
  const optimizer = await loadOptimizer(parts, file, snapshot, options)
  const order = loadStreams(parts, file, snapshot)
  await loadStates(parts, file, snapshot)
  assignWeights(parts.model, Object.fromEntries(taken.map(name => [name, snapshot.weights[name]!])))
  if (snapshot.unchecked) parts.log(`${file} was loaded without being checked: ${snapshot.unchecked}.`)
  if (!strict) parts.log(`${file}: ${told({ taken, missing, unexpected })}`)
  return { file, taken, missing, unexpected, optimizer, order }
}

/** Takes the optimizer's state, whole or not at all. */
async function loadOptimizer(
  { opt, log }: LoadingParts,
  file: string,
  snapshot: Snapshot,
  options: LoadOptions,
): Promise<boolean> {
  const { with_opt, strict = true } = options
  if (with_opt === false) return false
  const aside = 'To take the weights alone: load(path, { with_opt: false }).'
  try {
    if (!snapshot.optimizer) throw plainError('other-optimizer', 'It was saved without the state of an optimizer.')
    await opt.load(snapshot.optimizer)
    return true
  } catch (cause) {
    const { message } = cause as Error
    if (with_opt || (strict && snapshot.optimizer))
      throw plainError('other-optimizer', `${file} does not fit this optimizer. ${message} ${aside}`, { cause })
    log(`The optimizer did not go on from ${file}, and is as it was. ${message}`)
    return false
  }
}

/** Goes on with the order of the data and all else that is random, where the data is the same; with other data it begins anew. */
function loadStreams({ train_dl, random, log }: LoadingParts, file: string, { loader, ...streams }: Snapshot): boolean {
  if (!loader) return false
  const { position } = loader
  try {
    train_dl.restore({ ...loader, position: 0 })
  } catch (error) {
    log(`The order of the training data did not go on from ${file}, and is as it was. ${(error as Error).message}`)
    return false
  }
  if (streams.random) random.restore(streams.random)
  if (position > 0)
    log(`${file} was saved inside an epoch, after ${position} of its batches: the next fit begins that pass anew.`)
  return true
}

/** Has stateful layers remember what they did, if they are of the same size. */
async function loadStates({ model, log }: LoadingParts, file: string, { states = [] }: Snapshot): Promise<void> {
  if (states.length === 0) return
  const shapes = (each: LayerStates) => each.map(layer => layer.map(({ shape }) => `[${shape}]`).join(' ')).join('; ') || 'none'
  const [own, saved] = [shapes(await copyStates(model)), shapes(states)]
  if (own === saved) putStates(model, states)
  else log(`What stateful layers remember did not go on from ${file}: it has the states ${saved}, the model ${own}.`)
}

function told({ taken, missing, unexpected }: Pick<LoadReport, 'taken' | 'missing' | 'unexpected'>): string {
  return [
    `${taken.length} of the model's ${taken.length + missing.length} weights were taken.`,
    missing.length > 0 && `Left as they were: ${missing.join(', ')}.`,
    unexpected.length > 0 && `Not used of the file: ${unexpected.join(', ')}.`,
  ]
    .filter(Boolean)
    .join(' ')
}
