import { chalkStderr } from 'chalk'
import { dataOf } from '../job/data-of.js'
import type { Job } from '../job/keys.js'
import { learnerOf } from '../job/learner-of.js'
import { progressOf, type ShowingOptions, viewOf } from '../job/progress-of.js'
import { type BackendOptions, prepare } from './backend.js'

/** Searches for a learning rate, and shows the curve that it was read from. */
export async function lrFind(job: Job, options: { out?: string } & ShowingOptions & BackendOptions): Promise<void> {
  const { out, json = false } = options
  const callbacks = viewOf(options, `lr_find ${job.data}`)
  await prepare(options)
  const learn = learnerOf(await dataOf(job), job, { progress: progressOf(options) })
  const found = await learn.lr_find({ callbacks })
  const plot = learn.recorder.plot({ show: false })
  if (out) await plot.save(out)
  if (json) console.log(JSON.stringify(found))
  else {
    console.log(out ?? plot.draw())
    for (const [name, suggestion] of Object.entries(found.suggestions)) {
      const mark = name === found.suggestion ? '  (this one: fit_one_cycle takes it as the highest rate)' : ''
      console.log(`${name.padEnd(18)} ${suggestion ? Number(suggestion.lr.toPrecision(3)) : '-'}${mark}`)
    }
    if (found.lr !== undefined)
      console.error(chalkStderr.dim(`Train with it: onecycle train ... --lr ${Number(found.lr.toPrecision(3))}`))
  }
}
