import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { plainError, show, typeError } from '@onecycle/platform'
import type { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Task } from './pool.js'

/** The queue of all sweeps. */
export const queueName = 'onecycle'

/** BullMQ and a client of Redis, which is connected: what it loses it gets back for as long as it takes. */
export interface Connected {
  readonly bullmq: typeof import('bullmq')
  readonly connection: Redis
  /** Has it said, once, when the queue cannot be reached. */
  hear(what: Queue | Worker): void
  /** Says once what the queue refuses. */
  tell(error: Error): void
  /** Closes it, also where Redis is away. */
  close(what: Queue | Worker): Promise<void>
}

/** @throws TypeError for what is no address of Redis */
export function checkQueue(queue: unknown): string {
  if (typeof queue === 'string' && /^rediss?:\/\/\S+$/.test(queue)) return queue
  throw typeError('wrong-argument', `queue is ${show(queue)}; expected the address of Redis, such as 'redis://127.0.0.1:6379'.`)
}

/**
 * Loads BullMQ, here alone, and connects to Redis.
 *
 * @throws Error where it is not installed, or Redis does not answer
 */
export async function connectTo(queue: string, say: (text: string) => void): Promise<Connected> {
  const [{ Redis }, bullmq] = await Promise.all([import('ioredis'), import('bullmq')]).catch(cause => {
    throw plainError(
      'package-missing',
      'A queue needs BullMQ and its client of Redis, which are not installed. Run: npm install bullmq ioredis',
      {
        cause,
      },
    )
  })
  let isThere = false
  let last: Error | undefined
  const connection = new Redis(queue, {
    ...{ lazyConnect: true, maxRetriesPerRequest: null, connectTimeout: 5000 },
    retryStrategy: times => (isThere ? Math.min(50 * times, 1000) : null),
  })
  const told = new Set<string>()
  const hearError = (error: Error) => {
    last = error
    if (!isThere || told.has(messageOf(error))) return
    told.add(messageOf(error))
    say(`The queue at ${withoutPassword(queue)}: ${messageOf(error)}. What runs goes on.`)
  }
  connection.on('error', hearError)
  await connection.connect().catch(cause => {
    const why = last ? ` (${messageOf(last)})` : ''
    throw plainError(
      'queue-silent',
      `Redis does not answer at ${withoutPassword(queue)}${why}: start redis-server there, or give the queue's address.`,
      {
        cause,
      },
    )
  })
  isThere = true
  return {
    bullmq,
    connection,
    hear: what => void (what as Queue).on('error', hearError),
    tell: hearError,
    close: async what => {
      await Promise.race([what.close(), setTimeout(2000, undefined, { ref: false })]).catch(() => {})
      // What waits for Redis to come back.
      void what.disconnect().catch(() => {})
      connection.disconnect()
    },
  }
}

/** The job of a trial, the same each time that it is put into the queue: where it is there already, nothing comes of it. */
export function jobOf(task: Task) {
  const jobId = `${createHash('sha256').update(task.dir).digest('hex').slice(0, 16)}-${task.trial}`
  // Whether a trial has failed for good is not for the queue to say.
  const options = { jobId, attempts: 1e9, backoff: { type: 'fixed', delay: 1000 }, removeOnComplete: true, removeOnFail: true }
  return { name: 'trial', data: task, opts: options }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//')
}

/** An error of several attempts has no message of its own. */
function messageOf(error: Error): string {
  return error.message || String((error as { code?: string }).code ?? error.name)
}
