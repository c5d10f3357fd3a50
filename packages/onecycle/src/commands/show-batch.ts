import { Plot } from '@onecycle/plot'
import { dataOf } from '../job/data-of.js'
import type { Job } from '../job/keys.js'
import { type BackendOptions, prepare } from './backend.js'

/** Shows some samples as a model gets them, and what becomes of one on its way. */
export async function showBatch(job: Job, options: { out?: string; json?: boolean } & BackendOptions): Promise<void> {
  const { out, json = false } = options
  await prepare(options)
  const data = await dataOf(job)
  const { train_dl, valid_dl, inputShape, target, classes } = data
  const summary = 'summary' in data ? String(await (data.summary as () => Promise<string> | string)()) : undefined
  const shown = 'show_batch' in data ? await (data.show_batch as () => Promise<unknown>)() : undefined
  if (out && shown instanceof Plot) await shown.save(out)
  if (json) {
    const { samples, batchSize, length } = train_dl
    const batches = { samples, batchSize, length, valid: valid_dl?.samples }
    console.log(
      JSON.stringify({ inputShape, target, classes, batches, summary, ...(shown instanceof Plot ? { out } : { shown }) }),
    )
    return
  }
  if (summary !== undefined) console.log(`${summary}\n`)
  if (shown === undefined)
    console.log(
      `batches of ${train_dl.batchSize} samples of shape [${inputShape}], ${classes ? `${classes.length} classes` : target}`,
    )
  else if (!(shown instanceof Plot)) console.log(String(shown))
  else console.log(out ?? shown.draw())
}
