import type { Tensors } from '@onecycle/callbacks'
import type { Batch, BatchStream } from '@onecycle/data'
import {
  concat,
  dispose,
  ones,
  slice,
  stack,
  type Tensor,
  type Tensor1D,
  type TensorContainer,
  tidy,
} from '@tensorflow/tfjs-core'
import { eachWithItsTarget } from '../loss/each-with-its-target.js'
import { type LossFunction, lossOn } from '../loss/loss-function.js'
import { gathered, type RandomStreams } from '../random/random-streams.js'
import type { Pace } from './pace.js'

/** What came of the samples of a stream, in its order. All tensors are the caller's to dispose. */
export interface Outcomes {
  /** What the model gave, [samples, ...]: logits, where the loss takes logits. Several for a model with several outputs. */
  readonly outputs: Tensors
  readonly targets: Tensors
  /** Of each sample, [samples]. */
  readonly losses: Tensor1D
  /** How much each sample counts, [samples], where the data says so. */
  readonly weights: Tensor | undefined
}

type Row = readonly [outputs: Tensor[], targets: Tensor[], losses: Tensor1D, weights: Tensor | undefined]

/** The outcomes of a stream. What a batch holds beside them is disposed. */
export async function outcomesOf(
  dl: BatchStream,
  outcome: (batch: Batch, i: number) => { output: Tensors; ys: Tensors; losses: Tensor1D },
  random: RandomStreams,
  pace: Pace,
): Promise<Outcomes> {
  const rows: Row[] = []
  const where = () => `outcomes, after batch ${rows.length} of ${dl.length}`
  try {
    for await (const batch of gathered(dl, random, false)) {
      try {
        const { output, ys, losses } = outcome(batch, rows.length)
        rows.push([[output].flat(), [ys].flat(), losses, batch.weights])
      } catch (error) {
        dispose([batch.ys, batch.weights ?? []].flat())
        throw error
      } finally {
        dispose(batch.xs)
      }
      await pace.goOn(where)
    }
    await pace.end(where)
    return tidy(() => joined(rows) as unknown as TensorContainer) as unknown as Outcomes
  } finally {
    for (const [outputs, targets, losses, weights] of rows) dispose([outputs, targets, losses, weights ?? []].flat())
  }
}

function joined(rows: readonly Row[]): Outcomes {
  const whole = (of: (row: Row) => Tensor[]): Tensors => {
    const all = of(rows[0]!).map((_, i) => concat(rows.map(row => of(row)[i]!)))
    return all.length === 1 ? all[0]! : all
  }
  return {
    outputs: whole(([outputs]) => outputs),
    targets: whole(([, targets]) => targets),
    losses: concat(rows.map(([, , losses]) => losses)),
    // Of two sets in one stream, only one may have weights.
    weights: rows.some(row => row[3])
      ? concat(rows.map(([, , losses, weights]) => weights ?? (ones(losses.shape) as Tensor1D)))
      : undefined,
  }
}

/** The loss of each sample, [batch]; a loss of the person's own that knows only the mean is asked for one sample at a time. */
export function lossesOf(loss: LossFunction, pred: Tensors, target: Tensors): Tensor1D {
  return tidy(() => {
    if (loss.each) return eachWithItsTarget(loss.each, loss.each, pred, target)
    const samples = [target].flat()[0]!.shape[0]!
    const one = (tensors: Tensors, i: number): Tensors => {
      const rows = [tensors].flat().map(tensor => slice(tensor, i, 1))
      return Array.isArray(tensors) ? rows : rows[0]!
    }
    return stack(Array.from({ length: samples }, (_, i) => lossOn(loss, one(pred, i), one(target, i)))) as Tensor1D
  })
}
