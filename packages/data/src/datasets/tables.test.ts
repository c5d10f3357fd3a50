import '@tensorflow/tfjs-backend-cpu'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packageFolder } from '../node/locate.js'
import { cars } from './cars.js'
import { flights } from './flights.js'
import { penguins } from './penguins.js'
import { spam } from './spam.js'

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tables-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

test('344 penguins of three species', async () => {
  const data = await penguins({ seed: 1 })
  expect([data.classes, data.train_dl.samples, data.valid_dl!.samples]).toEqual([['Adelie', 'Chinstrap', 'Gentoo'], 276, 68])
  const all = [...data.classBalance!.rows()].map(({ train, valid }) => (train as number) + (valid as number))
  expect(all).toEqual([152, 68, 124])
  expect(data.procs.classes('Sex')).toEqual(['#na#', 'FEMALE', 'MALE'])
  expect(data.procs.cont_names).toEqual(['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)', 'Body Mass (g)'])
})

test('398 cars whose consumption is known', async () => {
  const data = await cars({ seed: 1, split: { stratify: 'Origin' } })
  expect([data.target, data.train_dl.samples + data.valid_dl!.samples]).toEqual(['value', 398])
  expect(data.procs.cat_names).toEqual(['Cylinders', 'Origin', 'Horsepower_na'])
  expect(data.procs.cont_names).toEqual(['Year', 'Displacement', 'Horsepower', 'Weight_in_lbs', 'Acceleration'])
})

test('another file is not taken for three million flights', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'flights-3m.parquet'), 'PAR1PAR1')
  await expect(flights({ folder })).rejects.toThrow(/flights-3m\.parquet is not the file of vega-datasets/)
})

test('a file that lies elsewhere is taken, another one is not', async () => {
  const folder = await temporaryFolder()
  await cp(join(packageFolder('vega-datasets', 'data'), 'penguins.json'), join(folder, 'penguins.json'))
  expect((await penguins({ folder })).train_dl.samples).toBe(276)
  await writeFile(join(folder, 'penguins.json'), '[{}]')
  await expect(penguins({ folder })).rejects.toThrow(
    /penguins\.json is not the file of vega-datasets 3\.2\.1: its SHA-256 is [0-9a-f]{12}\.\.\., and not 0facf7696/,
  )
  await expect(spam({ folder })).rejects.toThrow('file_list.json: there is no such file')
  await expect(penguins({ y: 'Sex' } as never)).rejects.toThrow('datasets.penguins has no option y')
})
