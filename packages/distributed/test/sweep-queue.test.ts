import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readSweep, sweep, sweepWorker } from '../src/sweep/index.js'
import { file, noRedis, processAt, type Running, ranIn, start, TestRedis, textOnce, weightsOf } from './sweep-processes.js'

// Processes start and are lost: on a machine that does much else each takes a while.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

let folder: string
let dir: string
let redis: TestRedis | undefined
let workers: Running[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-sweep-'))
  dir = join(folder, 'a')
  workers = []
})
afterEach(async () => {
  for (const { child } of workers) child.kill('SIGKILL')
  await Promise.all(workers.map(({ ended }) => ended))
  await redis?.end()
  redis = undefined
  await rm(folder, { recursive: true })
})

const tiny = { space: { x: { uniform: [-1, 1] } }, trial: file('tiny-trial.mjs'), progress: false } as const

/** Workers of one process each, which have lost a trial after a second without a sign of life. */
function work(count: number): void {
  for (let i = 0; i < count; i++)
    workers.push(start('worker-program.mjs', { queue: redis!.url, parallel: 1, patience: 1, progress: false }))
}

const all = (count: number) => [...Array(count).keys()]

describe.skipIf(noRedis)(`a queue${noRedis ? `, left out: ${noRedis}` : ''}`, () => {
  test('200 trials on two workers run once each', async () => {
    redis = await TestRedis.start()
    work(2)
    const swept = await sweep({ ...tiny, dir, trials: 200, queue: redis!.url })
    expect(await ranIn(dir)).toEqual(all(200))
    expect(swept.trials.every(({ state }) => state === 'done')).toBe(true)
    const lines = (await readFile(join(dir, 'results.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line).trial)).toEqual(all(200))
    for (const { child } of workers) child.kill('SIGTERM')
    for (const { ended } of workers) expect(await ended).toMatchObject({ code: 143 })
  })

  test('the trial of a worker that is killed goes on at another one, to the same bits', async () => {
    redis = await TestRedis.start()
    const learner = {
      ...{ space: { lr: { logUniform: [1e-2, 1e-1] }, width: [4, 8], pause: 60 }, trial: file('learner-trial.mjs'), seed: 5 },
      ...{ trials: 1, progress: false },
    } as const
    work(1)
    const swept = sweep({ ...learner, dir, queue: redis!.url })
    await textOnce(join(dir, '000/reports.jsonl'))
    // Its process ends by itself, as a machine's would with its worker.
    process.kill(await processAt(join(dir, '000')), 'SIGKILL')
    workers[0]!.child.kill('SIGKILL')
    work(1)
    const [end] = await Promise.all([swept, sweep({ ...learner, dir: join(folder, 'b'), parallel: 1 })])
    expect(end.best).toMatchObject({ state: 'done', epochs: 3 })
    expect(await weightsOf(join(dir, '000'))).toBe(await weightsOf(join(folder, 'b/000')))
  })

  test.each([true, false])('Redis that is killed and comes back, with what it had: %s, loses no trial', async keeps => {
    const own = await TestRedis.start({ keeps })
    redis = own
    work(2)
    const swept = sweep({ ...tiny, space: { ...tiny.space, pause: 30, epochs: 2 }, dir, trials: 40, queue: redis!.url })
    await textOnce(join(dir, '009/result.json'))
    await own.kill()
    await setTimeout(300)
    await own.start()
    expect((await swept).trials.every(({ state }) => state === 'done')).toBe(true)
    expect(await ranIn(dir)).toEqual(all(40))
  })

  test('a sweep that is interrupted takes back what nobody has begun', async () => {
    redis = await TestRedis.start()
    work(1)
    const controller = new AbortController()
    const swept = sweep({
      ...tiny,
      space: { ...tiny.space, pause: 200 },
      dir,
      trials: 50,
      queue: redis!.url,
      signal: controller.signal,
    })
    await textOnce(join(dir, '000/result.json'))
    controller.abort(new Error('enough'))
    await expect(swept).rejects.toThrow('enough')
    await setTimeout(1000)
    const begun = (await readdir(dir)).filter(name => /^\d+$/.test(name)).length
    await setTimeout(1000)
    expect((await readSweep(dir)).trials.filter(({ state }) => state === 'done').length).toBeLessThanOrEqual(begun)
    expect(begun).toBeLessThan(20)
  })
})

describe.skipIf(noRedis)(`what the queue does not do${noRedis ? `, left out: ${noRedis}` : ''}`, () => {
  test('is not asked of it any more where the sweep ends meanwhile', async () => {
    redis = await TestRedis.start()
    const controller = new AbortController()
    const swept = sweep({ ...tiny, dir, trials: 1200, queue: redis.url, signal: controller.signal })
    const queue = new Queue('onecycle', { connection: { url: redis.url } })
    await expect.poll(() => queue.getWaitingCount(), { interval: 1, timeout: 20_000 }).toBeGreaterThan(0)
    controller.abort(new Error('enough'))
    await expect(swept).rejects.toThrow('enough')
    expect(await queue.getWaitingCount()).toBe(0)
    await queue.close()
  })

  test('is told of, once, and the sweep ends as ever', async () => {
    redis = await TestRedis.start({ memory: 1 })
    const told = { ...tiny, dir, trials: 1, queue: redis.url, progress: true }
    const running = start('sweep-program.mjs', told)
    let stderr = ''
    running.child.stderr!.on('data', (text: string) => {
      stderr += text
    })
    await expect.poll(() => stderr, { timeout: 20_000 }).toMatch(/^The queue at redis:.*: OOM command not allowed/m)
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130 })
  })
})

test('a queue that does not answer is told of', async () => {
  const said = 'Redis does not answer at redis://127.0.0.1:9 (connect ECONNREFUSED 127.0.0.1:9): start redis-server there'
  await expect(sweep({ ...tiny, dir, trials: 1, queue: 'redis://me:secret@127.0.0.1:9' })).rejects.toThrow(said)
  await expect(sweepWorker({ queue: 'redis://me:secret@127.0.0.1:9' })).rejects.toThrow(said)
})

test.each([
  [
    { queue: 'http://localhost' },
    "queue is 'http://localhost'; expected the address of Redis, such as 'redis://127.0.0.1:6379'.",
  ],
  [{}, 'queue is undefined; expected the address of Redis'],
  [{ queue: 'redis://a', parallel: 0 }, 'sweepWorker: parallel must be a whole number of at least 1, but it is 0.'],
  [{ queue: 'redis://a', concurrency: 2 }, 'sweepWorker has no option concurrency.'],
  [{ queue: 'redis://a', memory: 'much' }, "memory is 'much'; expected bytes"],
])('%j is refused', async (options, message) => {
  await expect(sweepWorker(options as never)).rejects.toThrow(message)
})
