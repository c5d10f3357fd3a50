import type { Optimizer, OptimizerState } from '../optimizer/index.js'
import { type SaveOptions, saveCheckpoint } from './file.js'
import { captureOthers, type Parts } from './snapshot.js'
import { copyWeights } from './weights.js'

/**
 * Writes the parts of a Learner to a file, without the optimizer's state where that cannot be read: then a line says so.
 *
 * @throws Error when that state is insisted on, or the file cannot be written.
 */
export async function saveFrom(parts: Parts & { log(line: string): void }, path: string, options: SaveOptions): Promise<string> {
  const { with_opt } = options
  if (with_opt === false) return saveCheckpoint(path, { weights: await copyWeights(parts.model) }, options)
  const reading = [copyWeights(parts.model), stateOf(parts.opt), captureOthers(parts)] as const
  const [weights, { optimizer, cause }, others] = await Promise.all(reading)
  if (cause && with_opt)
    throw new Error(`${cause.message} To save the weights alone: save(path, { with_opt: false }).`, { cause })
  const file = await saveCheckpoint(path, { weights, ...(optimizer && { optimizer }), ...others }, options)
  if (cause) parts.log(`${file} has no state of the optimizer. ${cause.message}`)
  return file
}

async function stateOf(opt: Optimizer): Promise<{ optimizer?: OptimizerState; cause?: Error }> {
  try {
    return { optimizer: await opt.state() }
  } catch (cause) {
    return { cause: cause as Error }
  }
}
