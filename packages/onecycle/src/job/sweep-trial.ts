import { existsSync } from 'node:fs'
import type { Trial } from '@onecycle/distributed/sweep'
import { writeWhole } from '@onecycle/platform'
import { prepare } from '../commands/backend.js'
import { exported } from '../commands/train.js'
import { dataOf } from './data-of.js'
import { fitJob, rateOf } from './fit-job.js'
import { jobOfRun, listsOf } from './job-of.js'
import type { Job } from './keys.js'
import { learnerOf } from './learner-of.js'
import { configIn, weightsIn } from './run-paths.js'

/** A trial of a sweep that a config file describes: what `onecycle train` does, in the trial's folder. */
export default async function trial({ params, dir, fit }: Trial): Promise<void> {
  const goesOn = existsSync(configIn(dir))
  const given = params as unknown as Job
  const job = { ...given, ...listsOf(given) }
  await prepare({}, goesOn)
  const learn = learnerOf(await dataOf(job), job, { progress: { renderer: 'plain', stream: process.stderr } })
  // With the rate that was found: who goes on does not search again.
  const lr = await rateOf(learn, goesOn ? await jobOfRun(dir) : job, { callbacks: fit.callbacks })
  await writeWhole(configIn(dir), `${JSON.stringify({ ...job, lr }, null, 2)}\n`)
  await fitJob(learn, job, lr, fit)
  await learn.save(weightsIn(dir))
  await exported(learn, dir)
}
