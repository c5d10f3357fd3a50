import { setTimeout } from 'node:timers/promises'
import { connectTo, jobOf, queueName } from './bullmq.js'
import type { Work } from './engine.js'
import { resultsOf } from './read-sweep.js'

/** Milliseconds between two looks for results, and between two after which what is missing is put into the queue; of many trials more. */
const look = 200
const again = 2000

/**
 * Has trials run by the workers of a queue. The folder says what is over; whatever has no result is put into the queue again and again, which changes nothing where it is there: so neither
 * lost workers nor a queue that lost its memory lose a trial.
 */
export async function runOnQueue({ dir, settings, missing, signal, ended, say }: Work, url: string): Promise<void> {
  const { bullmq, connection, hear, tell, close } = await connectTo(url, say)
  const queue = new bullmq.Queue(queueName, { connection })
  hear(queue)
  const left = new Set(missing)
  const job = (trial: number) => jobOf({ dir, trial, module: settings.trial! })
  let putting: Promise<void> | undefined
  const put = async () => {
    const jobs = [...left].map(job)
    // What Redis refuses is put there another time.
    for (let i = 0; i < jobs.length && !signal.aborted; i += 500) await queue.addBulk(jobs.slice(i, i + 500)).catch(tell)
  }
  let last = Number.NEGATIVE_INFINITY
  try {
    while (left.size > 0 && !signal.aborted) {
      const now = performance.now()
      if (now - last > Math.max(again, 10 * left.size)) {
        last = now
        putting ??= put().finally(() => {
          putting = undefined
        })
      }
      for (const result of await resultsOf(dir, [...left])) {
        left.delete(result.trial)
        await ended(result)
      }
      if (left.size > 0) await setTimeout(Math.max(look, left.size / 2), undefined, { signal }).catch(() => {})
    }
    if (left.size > 0) await takeBack([...left].map(trial => job(trial).opts.jobId))
  } finally {
    await close(queue)
  }

  /** What no worker has begun is not to be begun any more. */
  async function takeBack(ids: readonly string[]): Promise<void> {
    say('What workers have begun runs on; nothing else is begun.')
    const removing = async () => {
      // What is on its way there would come after its removal.
      await putting
      await Promise.all(ids.map(id => queue.remove(id).catch(() => {})))
    }
    await Promise.race([removing(), setTimeout(2000, undefined, { ref: false })])
  }
}
