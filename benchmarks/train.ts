import { CancelFit } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { adam, cross_entropy, Learner, type OptimizerFactory, sgd } from '@onecycle/learner'
import type { Workload } from './workloads.js'

/** Of an epoch. */
export const BATCHES = 16

const factories = {
  sgd: (lr: number) => sgd({ lr, mom: 0.9 }),
  adam: (lr: number) => adam({ lr, sqr_mom: 0.999, eps: 1e-8, wd: 0 }),
}

/** As torch_bench.py has it. */
export function optimizerOf({ optimizer }: Workload): OptimizerFactory {
  return factories[optimizer.kind](optimizer.lr)
}

/**
 * Steps of the Learner's whole loop on the backend in use: loader, upload, both passes, optimizer, loss read back, callbacks. They begin
 * to count with the end of the first, which compiles what the backend compiles; one more is made however long it takes.
 */
export async function train(workload: Workload, seconds: number, onBatch: () => void): Promise<void> {
  const { batch: bs, optimizer } = workload
  const data = DataBunch.from_arrays({ ...workload.samples(BATCHES * bs), bs })
  const model = workload.build()
  const learn = new Learner(data, model, {
    loss: cross_entropy,
    optimizer: optimizerOf(workload),
    progress: false,
  })
  let end: number | undefined
  const clock = {
    after_batch() {
      onBatch()
      if (end === undefined) end = performance.now() + 1000 * seconds
      else if (performance.now() > end) throw new CancelFit()
    },
  }
  await learn.fit(optimizer.lr, 100_000, { callbacks: [clock] })
  learn.dispose()
  model.dispose()
}
