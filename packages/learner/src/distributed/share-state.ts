import { plainError, Sha256 } from '@onecycle/platform'
import { assignWeights, copyWeights } from '../checkpoint/weights.js'
import type { Communicator } from './communicator.js'
import type { RankedLearner } from './ranked-learner.js'

/**
 * Gives all ranks the weights of the first, and its seed where nobody gave one.
 *
 * @throws Error when something else that decides how training goes on is not the same on all
 */
export async function shareState(
  { model, opt, random, train_dl, n_train_iter }: RankedLearner,
  comm: Communicator,
): Promise<void> {
  const weights = await copyWeights(model)
  const shapes = Object.entries(weights).map(([name, { shape }]) => [name, shape])
  const { seed, ...streams } = random.state()
  const first = Float64Array.of(seed)
  await comm.broadcast(first)
  if (first[0] !== seed) random.restore({ seed: first[0]!, ...streams })
  // One that keeps its state to itself cannot be compared.
  const state = await opt.state().catch(() => undefined)
  const prints = {
    'the layers of the model': printOf(shapes),
    'the number of batches': n_train_iter,
    'the order of the data (it goes by the seed)': printOf(train_dl.state()),
    'the batches trained before': streams.batches,
    'the state of the optimizer (what is loaded is to be loaded on all ranks)': printOf(state),
  }
  const both = Float64Array.from(Object.values(prints).flatMap(print => [print, -print]))
  await comm.allreduce(both, 'max')
  const other = Object.keys(prints).filter((_, i) => both[2 * i] !== -both[2 * i + 1]!)
  if (other.length > 0)
    throw plainError('ranks-differ', `Not the same on all ranks: ${other.join('; ')}. All have to make the same Learner.`)
  const all = Object.values(weights)
  const flat = new Float32Array(all.reduce((sum, { values }) => sum + values.length, 0))
  let at = 0
  for (const { values } of all) {
    flat.set(values, at)
    at += values.length
  }
  await comm.broadcast(flat)
  if (comm.rank === 0) return
  at = 0
  for (const { values } of all) {
    values.set(flat.subarray(at, at + values.length))
    at += values.length
  }
  assignWeights(model, weights)
}

/** A number by which plain data is told apart from other. */
function printOf(data: unknown): number {
  const hash = new Sha256()
  const text = JSON.stringify(data, (_, value: unknown) => {
    if (!(value instanceof Float32Array)) return value
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    return value.length
  })
  const digest = hash.update(new TextEncoder().encode(text)).digest()
  // As many as a number holds whole.
  return digest.slice(0, 6).reduce((print, byte) => 256 * print + byte, 0)
}
