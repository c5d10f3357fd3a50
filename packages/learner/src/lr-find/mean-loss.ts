import type { Tensors } from '@onecycle/callbacks'
import type { Batch, BatchStream } from '@onecycle/data'
import { disposeOf } from '@onecycle/data/internal'
import { dispose, type Scalar } from '@tensorflow/tfjs-core'

export interface Look {
  /** Predictions and loss of the i-th batch; disposed here. */
  lossOf(batch: Batch, i: number): { pred: Tensors; loss: Scalar }
  /** What that loss counts among others. */
  weigh(batch: Batch, pred: Tensors): number | Promise<number>
  /** Called after each batch, to let others run. */
  pause(): void | Promise<void>
}

/** Mean loss over the first so many batches of a stream: what a validation pass would say, without one that callbacks hear. */
export async function meanLoss(dl: BatchStream, batches: number, { lossOf, weigh, pause }: Look): Promise<number> {
  let sum = 0
  let total = 0
  let i = 0
  for await (const batch of dl) {
    try {
      const { pred, loss } = lossOf(batch, i++)
      const weight = await weigh(batch, pred)
      sum += weight * (await loss.data())[0]!
      total += weight
      dispose([loss, pred].flat())
    } finally {
      disposeOf(batch)
    }
    if (i >= batches) break
    await pause()
  }
  return sum / total
}
