// Alone: it loads TensorFlow's native library.
import '@tensorflow/tfjs-backend-cpu'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { useBackend } from '@onecycle/backend'
import { lookInProject } from '@onecycle/backend/internal'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from './learner.js'
import { accuracy } from './metric/classification.js'
import { weightsOf } from './model/parameters.js'
import { simple_cnn } from './model/simple-cnn.js'
import { adam } from './optimizer/index.js'
import { expectClose } from './testing/numerical.js'

const { findTool } = await import(new URL('../../../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('tfjs-node') as { folder?: string; missing?: string }
if (folder) {
  lookInProject(folder)
  await useBackend({ prefer: 'node', log: false })
}

describe.skipIf(missing !== undefined)(`training on tfjs-node${missing ? `, left out: ${missing}` : ''}`, () => {
  beforeAll(() => tf.setBackend('tensorflow'))

  const learner = () => {
    const random = new Random(7)
    const x = Float32Array.from({ length: 40 * 12 * 12 * 3 }, () => random.normal())
    const y = Int32Array.from({ length: 40 }, (_, i) => Number(x[i * 12 * 12 * 3]! > 0))
    const data = DataBunch.from_arrays({ x, y, shape: [12, 12, 3], valid_pct: 0.2, bs: 8, seed: 7 })
    const model = simple_cnn([3, 8, 8, 2], { seed: 5, bn: true })
    return new Learner(data, model, { metrics: [accuracy], optimizer: adam(), seed: 6, progress: false })
  }
  const weights = (learn: Learner) => weightsOf(learn.model).flatMap(({ variable }) => [...variable.dataSync()])

  it('gives the same bits for the same seed, those of the cpu backend up to rounding, and leaks nothing', async () => {
    const run = async () => {
      const before = tf.memory().numTensors
      const learn = learner()
      await learn.lr_find({ num_it: 10 })
      const { losses } = await learn.fit_one_cycle(3, 1e-2)
      const result = { losses, weights: weights(learn) }
      tf.dispose(Object.values(await learn.get_preds()))
      learn.dispose()
      learn.model.dispose?.()
      expect(tf.memory().numTensors).toBe(before)
      return result
    }
    const [first, second] = [await run(), await run()]
    expect(first).toEqual(second)
    await tf.setBackend('cpu')
    const { losses } = await run()
    expectClose(first.losses, losses, 1e-3)
    await tf.setBackend('tensorflow')
  })

  it('goes on from a checkpoint as if it had not stopped', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'onecycle-tfjs-node-'))
    const path = join(folder, 'checkpoint')
    const [whole, resumed] = [learner(), learner()]
    await whole.fit(1e-2, 2)
    await whole.save(path)
    const loader = whole.data.train_dl.state()
    const rest = await whole.fit(1e-2, 2)
    await resumed.load(path)
    resumed.data.train_dl.restore(loader)
    expect((await resumed.fit(1e-2, 2)).losses).toEqual(rest.losses)
    expect(weights(resumed)).toEqual(weights(whole))
    rmSync(folder, { recursive: true })
  })
})
