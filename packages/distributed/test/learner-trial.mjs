import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { useBackend } from '@onecycle/backend'
import { DataBunch } from '@onecycle/data'
import { Checkpoint, Learner, mlp } from '@onecycle/learner'
import { Random } from '@onecycle/platform'

/** A small training whose bits its values and seed decide, with a checkpoint after each batch. */
export default async function trial({ params: { lr, width, epochs = 3, pause = 0 }, seed, fit }) {
  await useBackend({ prefer: 'cpu' })
  const random = new Random(1)
  const x = Float32Array.from({ length: 128 }, () => random.uniform(-1, 1))
  const y = Int32Array.from({ length: 64 }, (_, i) => Number(x[2 * i] * x[2 * i + 1] > 0))
  const data = DataBunch.from_arrays({ x, y, shape: [2], bs: 16, valid_pct: 0.25, seed: 2 })
  const learn = new Learner(data, mlp([2, width, 2], { seed }), { seed, progress: false })
  const slow = { name: 'slow', after_batch: () => setTimeout(pause) }
  const saving = new Checkpoint({ dir: fit.resume, every: { batches: 1 } })
  const history = await learn.fit_one_cycle(epochs, lr, { ...fit, callbacks: [...fit.callbacks, saving, slow] })
  const hash = createHash('sha256')
  for (const weight of learn.model.getWeights()) hash.update(await weight.data())
  console.log(`weights ${hash.digest('hex')}`)
  return history.epochs.at(-1).valid_loss
}
