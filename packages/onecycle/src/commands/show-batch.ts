import { useBackend } from '@onecycle/backend'
import { Plot } from '@onecycle/plot'
import { dataOf } from '../job/data-of.js'
import type { Job } from '../job/keys.js'

/** Shows some samples as a model gets them, and what becomes of one on its way. */
export async function showBatch(job: Job, { out, backend }: { out?: string; backend?: string }): Promise<void> {
  await useBackend({ ...(backend !== undefined && { prefer: backend }) })
  const data = await dataOf(job)
  if ('summary' in data) console.log(`${await (data.summary as () => Promise<string> | string)()}\n`)
  if (!('show_batch' in data)) {
    const { train_dl, inputShape, target, c } = data
    console.log(`batches of ${train_dl.batchSize} samples of shape [${inputShape}], ${c === undefined ? target : `${c} classes`}`)
    return
  }
  const shown = await (data.show_batch as () => Promise<unknown>)()
  if (!(shown instanceof Plot)) console.log(String(shown))
  else if (out) {
    await shown.save(out)
    console.log(out)
  } else console.log(shown.draw())
}
