import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Callback, CancelTrain, SaveModel } from '@onecycle/callbacks'
import { show } from '@onecycle/platform'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { cross_entropy } from '../loss/cross-entropy.js'
import { accuracy } from '../metric/classification.js'
import { AverageMetric, type Metric } from '../metric/metric.js'
import { weightsOf } from '../model/parameters.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { mlp, points, tinyLearner, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

it('saves at the end of every cycle', async () => {
  const at = await temporaryFolder()
  const learn = tinyLearner()
  await learn.fit(1e-2, 2, { cycle_len: 1, cycle_mult: 2, cycle_save_name: join(at, 'model') })
  expect(await readdir(at)).toEqual(['model_cyc_0.safetensors', 'model_cyc_1.safetensors'])
  const last = weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])
  await learn.fit(1e-2, 1)
  await learn.load(join(at, 'model_cyc_1'), { with_opt: false })
  expect(weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])).toEqual(last)
})

it('saves cycles at their end in a fit that is taken up, and after epochs that were short', async () => {
  const at = await temporaryFolder()
  const cycles = { cycle_len: 1, cycle_mult: 2, cycle_save_name: join(at, 'model') }
  await tinyLearner().fit(1e-2, 3, { ...cycles, start_epoch: 1 })
  expect(await readdir(at)).toEqual(['model_cyc_1.safetensors', 'model_cyc_2.safetensors'])
  const short: Callback = {
    run_valid: false,
    after_batch: ({ epoch }) => {
      if (epoch === 0) throw new CancelTrain()
    },
  }
  await tinyLearner().fit(1e-2, 1, { ...cycles, callbacks: [short] })
  expect(await readdir(at)).toContain('model_cyc_0.safetensors')
})

it('saves the best by the first metric, and leaves the last in place', async () => {
  const at = await temporaryFolder()
  const learn = tinyLearner({ metrics: [accuracy] })
  const { metrics } = await learn.fit(3e-2, 6, { best_save_name: join(at, 'best') })
  const best = Math.max(...(metrics['accuracy'] as number[]))
  await learn.load(join(at, 'best'), { with_opt: false })
  expect((await learn.validate())['accuracy']).toBeCloseTo(best, 6)
})

it('knows by the first metric which way is better, and refuses what it could only guess or never see', async () => {
  const at = await temporaryFolder()
  const path = join(at, 'best')
  const learn = tinyLearner({ metrics: [new AverageMetric(cross_entropy, 'nll')] })
  const { metrics } = await learn.fit(3e-2, 6, { best_save_name: path })
  const lowest = Math.min(...(metrics['nll'] as number[]))
  expect(Math.max(...(metrics['nll'] as number[]))).toBeGreaterThan(lowest)
  await learn.load(path, { with_opt: false })
  expect((await learn.validate())['nll']).toBeCloseTo(lowest, 6)

  const f1: Metric = { name: 'f1', value: 1, reset() {}, accumulate() {} }
  const unknown = tinyLearner({ metrics: [f1] })
  await expect(unknown.fit(1e-2, 1, { best_save_name: path })).rejects.toThrow(/best by f1, but nobody says which way is better/)
  const blind = new Learner(points({ valid: 0 }), mlp(), { progress: false })
  await expect(blind.fit(1e-2, 1, { best_save_name: path })).rejects.toThrow(/best by valid_loss, but the data has no validation/)
  expect([unknown.train_iter, blind.train_iter]).toEqual([0, 0])
})

it('SaveModel reloads the best at the end of the fit', async () => {
  const at = await temporaryFolder()
  const learn = tinyLearner()
  const save = new SaveModel(learn, { fname: join(at, 'best'), log: () => {} })
  const { val_losses } = await learn.fit(0.3, 8, { callbacks: [save] })
  expect((await learn.validate())['valid_loss']).toBeCloseTo(Math.min(...(val_losses as number[])), 6)
})

it('takes weight decay by fastai 0.7’s name', async () => {
  const learn = tinyLearner()
  await learn.fit(1e-2, 1, { wds: 0.3 })
  expect(learn.opt.get('wd')).toEqual([0.3])
})

it.each(['', 'runs/', null])('refuses the name %j before the first batch', async name => {
  for (const option of ['best_save_name', 'cycle_save_name']) {
    const learn = tinyLearner()
    const message = `${option} is ${show(name)}, which names no file`
    await expect(learn.fit(1e-2, 1, { cycle_len: 1, [option]: name })).rejects.toThrow(message)
    expect(learn.train_iter).toBe(0)
  }
})

it('refuses a name for cycles that there are not', async () => {
  await expect(tinyLearner().fit(1e-2, 1, { cycle_save_name: 'x' })).rejects.toThrow(/give cycle_len/)
})
