import { type SaveOptions, saveCheckpoint } from './file.js'
import { capture, captureOthers, type Parts } from './snapshot.js'
import { copyWeights } from './weights.js'

/**
 * Writes the parts of a Learner to a file.
 *
 * @throws Error when the optimizer's state is insisted on and cannot be read, or the file cannot be written.
 */
export async function saveFrom(parts: Parts & { log(line: string): void }, path: string, options: SaveOptions): Promise<string> {
  const { opt, model, log } = parts
  const { with_opt } = options
  if (with_opt === false) return saveCheckpoint(path, { weights: await copyWeights(model) }, options)
  if (!opt.unreadable) return saveCheckpoint(path, await capture(parts), options)
  if (with_opt) throw new Error(`${opt.unreadable} To save the weights alone: save(path, { with_opt: false }).`)
  const [weights, others] = await Promise.all([copyWeights(model), captureOthers(parts)])
  const file = await saveCheckpoint(path, { weights, ...others }, options)
  log(`${file} has no state of the optimizer: ${opt.unreadable}`)
  return file
}
