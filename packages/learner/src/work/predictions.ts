import type { Tensors } from '@onecycle/callbacks'
import type { Batch, BatchStream } from '@onecycle/data'
import { concat, dispose, Tensor } from '@tensorflow/tfjs-core'
import { gathered, type RandomStreams } from '../random/random-streams.js'
import type { Pace } from './pace.js'

/** Predictions and targets of a whole stream, in its order. What a batch holds beside its targets is disposed. */
export async function predictionsOf(
  dl: BatchStream,
  predict: (batch: Batch) => Tensors,
  random: RandomStreams,
  pace: Pace,
): Promise<{ preds: Tensor; targets: Tensor }> {
  const preds: Tensor[] = []
  const targets: Tensor[] = []
  const where = () => `get_preds, after batch ${targets.length} of ${dl.length}`
  try {
    for await (const batch of gathered(dl, random, false)) {
      targets.push(single('targets', batch.ys))
      try {
        preds.push(single('predictions', predict(batch)))
      } finally {
        dispose([batch.xs, batch.weights ?? []].flat())
      }
      await pace.goOn(where)
    }
    await pace.end(where)
    return { preds: concat(preds), targets: concat(targets) }
  } finally {
    dispose([preds, targets])
  }
}

function single(what: string, tensors: Tensors): Tensor {
  if (tensors instanceof Tensor) return tensors
  throw new TypeError(
    `get_preds() gathers one tensor a batch, but there are ${tensors.length} ${what}. Use predict() on each batch.`,
  )
}
