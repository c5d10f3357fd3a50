import { type BatchStream, type DataBunch, TabularDataBunch } from '@onecycle/data'
import { dataOf } from '../job/data-of.js'
import { jobOfRun } from '../job/job-of.js'
import { learnerOf } from '../job/learner-of.js'
import { weightsIn } from '../job/run-paths.js'
import { table } from '../table.js'
import { UsageError } from '../usage-error.js'
import { type BackendOptions, prepare } from './backend.js'

/** Measures a run's model again: on its validation data, or on a table of the same columns. */
export async function validate(dir: string, options: { data?: string; json?: boolean } & BackendOptions): Promise<void> {
  const { data: other, json = false } = options
  const job = await jobOfRun(dir)
  await prepare(options)
  const data = await dataOf(job)
  const learn = learnerOf(data, job, { progress: false })
  await learn.load(weightsIn(dir), { with_opt: false })
  const figures = await learn.validate(other === undefined ? undefined : await testData(data, other))
  const names = Object.keys(figures)
  if (json) console.log(JSON.stringify(figures))
  else console.log(table([names, names.map(name => String(Number(figures[name]!.toPrecision(5))))]))
}

async function testData(data: DataBunch, path: string): Promise<BatchStream> {
  if (data instanceof TabularDataBunch) return data.test_dl(path, { with_labels: true })
  throw new UsageError('validate-data', 'Only a table is measured on other data: leave --data out.')
}
