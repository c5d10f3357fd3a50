import { useBackend } from '@onecycle/backend'
import { dataOf } from '../job/data-of.js'
import type { Job } from '../job/keys.js'
import { learnerOf } from '../job/learner-of.js'

/** Searches for a learning rate, and shows the curve that it was read from. */
export async function lrFind(job: Job, options: { out?: string; json?: boolean; backend?: string }): Promise<void> {
  const { out, json = false, backend } = options
  await useBackend({ ...(backend !== undefined && { prefer: backend }) })
  const learn = learnerOf(await dataOf(job), job, { progress: !json })
  const found = await learn.lr_find()
  const plot = learn.recorder.plot({ show: false })
  if (out) await plot.save(out)
  if (json) console.log(JSON.stringify(found))
  else {
    console.log(out ?? plot.draw())
    for (const [name, suggestion] of Object.entries(found.suggestions)) {
      const mark = name === found.suggestion ? '  (this one: fit_one_cycle takes it as the highest rate)' : ''
      console.log(`${name.padEnd(18)} ${suggestion ? Number(suggestion.lr.toPrecision(3)) : '-'}${mark}`)
    }
  }
}
