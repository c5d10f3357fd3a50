// Alone: zod, which it loads, puts its settings into the globals.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TabularDataBunch } from '@onecycle/data'
import { setBackend } from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataOf } from './data-of.js'
import { fitJob, rateOf } from './fit-job.js'
import { jobOf } from './job-of.js'
import { policies } from './keys.js'
import { learnerOf } from './learner-of.js'

let folder: string
let csv: string
beforeAll(async () => {
  await setBackend('cpu')
  folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
  csv = join(folder, 'flowers.csv')
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 2},${(i % 5) / 10},${'ab'[i % 2]}`)
  await writeFile(csv, `x,z,kind\n${rows.join('\n')}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

test('a job is what file and command line say together, the line first, and one text is a list of one', async () => {
  const config = join(folder, 'job.yaml')
  await writeFile(config, `data: ${csv}\ny: kind\nepochs: 3\n`)
  expect(await jobOf({ config, epochs: 1, out: 'no key' })).toEqual({ data: csv, y: ['kind'], epochs: 1 })
  await expect(jobOf({ config: join(folder, 'none.yaml') })).rejects.toThrow(/none\.yaml: there is no such file/)
  await expect(jobOf({})).rejects.toThrow('There is no data: say with --data')
})

test.each([
  [{ data: 'none.csv' }, 'none.csv is a table: say with --y which column is predicted.'],
  [{ data: 'nowhere' }, 'There is no nowhere: --data takes a table, a folder, or one of mnist, mnist_sample,'],
  [
    { data: 'texts.csv', text: 'mail' },
    'is a table of texts: say with --text which column holds them, and with --y their labels.',
  ],
  [{ data: import.meta.filename }, 'is no table that is known by its ending'],
] as const)('%j is refused', async (job, message) => {
  await expect(dataOf(job)).rejects.toThrow(message)
})

test('a small table has small batches, and every policy trains on it', async () => {
  const job = { data: csv, y: ['kind'], layers: [4], epochs: 3, seed: 1 }
  const data = await dataOf(job)
  expect(data).toBeInstanceOf(TabularDataBunch)
  expect(data.train_dl.batchSize).toBe(8)
  for (const policy of policies) {
    const learn = learnerOf(data, job, { progress: false })
    expect((await fitJob(learn, { ...job, policy }, 1e-2, {})).reason).toBe('completed')
  }
  expect(await rateOf(learnerOf(data, job, { progress: false }), { ...job, lr: 0.5 })).toBe(0.5)
  expect(() => learnerOf(data, { ...job, model: 'resnet' })).toThrow(
    'There is no model resnet for a table; expected one of tabular.',
  )
})
