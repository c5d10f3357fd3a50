import type { Tensors } from '@onecycle/callbacks'
import type { Batch, BatchStream } from '@onecycle/data'
import { typeError } from '@onecycle/platform'
import { concat, dispose, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { gathered, type RandomStreams } from '../random/random-streams.js'
import type { Pace } from './pace.js'

/** What a model predicts for a batch, and the batch's targets, both in the order of its outputs. */
interface Predicted {
  readonly pred: Tensors
  readonly ys: Tensors
}

type Whole = Tensor | Record<string, Tensor>

/**
 * Predictions and targets of a whole stream, in its order. What a batch holds beside its targets is disposed.
 *
 * @param names of the outputs, where there are several
 */
export async function predictionsOf(
  dl: BatchStream,
  predict: (batch: Batch) => Predicted,
  names: readonly string[] | undefined,
  random: RandomStreams,
  pace: Pace,
): Promise<{ preds: Whole; targets: Whole }> {
  const preds: Tensor[][] = []
  const targets: Tensor[][] = []
  const where = () => `get_preds, after batch ${targets.length} of ${dl.length}`
  try {
    for await (const batch of gathered(dl, random, false)) {
      targets.push([batch.ys].flat())
      try {
        const { pred, ys } = predict(batch)
        preds.push([pred].flat())
        targets[targets.length - 1] = [ys].flat()
      } finally {
        dispose([batch.xs, batch.weights ?? []].flat())
      }
      for (const [what, tensors] of [['targets', targets.at(-1)!], ['predictions', preds.at(-1)!]] as const) // biome-ignore format: short
        checkSingle(what, tensors, names)
      await pace.goOn(where)
    }
    await pace.end(where)
    return { preds: whole(preds, names), targets: whole(targets, names) }
  } finally {
    dispose([preds, targets].flat(2))
  }
}

function whole(batches: readonly Tensor[][], names: readonly string[] | undefined): Whole {
  if (batches[0]!.length === 0) return tensor([], [0])
  if (!names) return concat(batches.map(([only]) => only!))
  return Object.fromEntries(names.map((name, i) => [name, concat(batches.map(batch => batch[i]!))]))
}

function checkSingle(what: string, tensors: readonly Tensor[], names: readonly string[] | undefined): void {
  if (names || tensors.length === 1 || (what === 'targets' && tensors.length === 0)) return
  throw typeError(
    'one-output',
    `get_preds() gathers one tensor a batch, but there are ${tensors.length} ${what}. Give the data targets by the names of the outputs, ` +
      'y: { a, b }, or use predict() on each batch.',
  )
}
