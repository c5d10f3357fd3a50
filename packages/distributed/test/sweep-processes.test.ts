import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readSweep, type SweepOptions, sweep } from '../src/sweep/index.js'
import { file, processAt, ranIn, start, textOnce, weightsOf } from './sweep-processes.js'

const windows = process.platform === 'win32'
const leftOut = windows ? ', left out: Windows has no such signals' : ''

// Processes start and are lost: on a machine that does much else each takes a while.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

let folder: string
let dir: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-sweep-'))
  dir = join(folder, 'a')
})
afterEach(() => rm(folder, { recursive: true }))

const tiny = { space: { x: { uniform: [-1, 1] } }, trial: file('tiny-trial.mjs'), trials: 6, progress: false } as const
const learners = {
  ...{ space: { lr: { logUniform: [1e-2, 1e-1] }, width: [4, 8], pause: 30 }, trial: file('learner-trial.mjs'), seed: 5 },
  ...{ trials: 2, progress: false },
} as const

test('trials run in processes, each once, and their values are those of this process', async () => {
  const swept = await sweep({ ...tiny, dir, parallel: 2 })
  expect(await ranIn(dir)).toEqual([0, 1, 2, 3, 4, 5])
  const here = await sweep({ ...tiny, dir: join(folder, 'b'), trial: ({ params: { x } }) => x })
  expect(swept.trials.map(({ value }) => value)).toEqual(here.trials.map(({ value }) => value))
})

test('a trial whose process is killed goes on in another one to the same bits', async () => {
  const killed = sweep({ ...learners, dir, parallel: 1 })
  await textOnce(join(dir, '000/reports.jsonl'), text => text.includes('"epoch":1'))
  process.kill(await processAt(join(dir, '000')), 'SIGKILL')
  const [end, whole] = await Promise.all([killed, sweep({ ...learners, dir: join(folder, 'whole'), parallel: 1 })])
  const told = ({ trials }: typeof end) => trials.map(({ dir: _, ...trial }) => trial)
  expect(told(end)).toEqual(told(whole))
  expect(end.trials.map(({ state, epochs }) => [state, epochs])).toEqual([
    ['done', 3],
    ['done', 3],
  ])
  for (const trial of ['000', '001'])
    expect(await weightsOf(join(dir, trial))).toBe(await weightsOf(join(folder, 'whole', trial)))
  expect(JSON.parse(await readFile(join(dir, '000/attempts.json'), 'utf8'))).toHaveLength(2)
  expect((await readdir(join(dir, '000'))).sort()).toEqual(
    expect.arrayContaining(['log.jsonl', 'manifest.json', 'history.csv', 'checkpoints']),
  )
})

test('one that ends its process each time has failed, and the others run', async () => {
  const swept = await sweep({
    ...tiny,
    space: { x: [1], die: [0, 1] },
    strategy: 'grid',
    trials: 2,
    dir,
    parallel: 2,
    retries: 1,
  })
  expect(swept.trials.map(({ state }) => state)).toEqual(['done', 'failed'])
  // It died after its first epoch was told, and so at another place than it had begun at.
  expect(swept.trials[1]!.error).toMatch(
    /^Its process ended 2 times without a word after epoch 1, the last time as process \d+ on /,
  )
})

test('one that takes more memory than it may fails, and says so', async () => {
  const swept = await sweep({
    ...tiny,
    ...{
      space: { x: [1], greedy: [0, 400], epochs: 20, pause: 60 },
      strategy: 'grid',
      trials: 2,
      dir,
      parallel: 1,
      memory: '300 MB',
    },
  })
  expect(swept.trials.map(({ state }) => state)).toEqual(['done', 'failed'])
  expect(swept.trials[1]!.error).toMatch(/^Its process took \d+ MB of memory, of 300 MB that it may\.$/)
})

test("what is no trial's own fault ends the sweep at once, and the trials that run beside it in order", async () => {
  // In the way of a file.
  await mkdir(join(dir, '001/attempts.json'), { recursive: true })
  const space = { x: [1, 2], pause: 10_000_000 }
  await expect(sweep({ ...tiny, space, strategy: 'grid', trials: 2, dir, parallel: 2 })).rejects.toThrow('EISDIR')
})

test('a module that is none fails its trials, and says why', async () => {
  const swept = await sweep({ ...tiny, dir, trial: file('sweep-processes.ts'), trials: 1, parallel: 1 } as SweepOptions)
  expect(swept.trials[0]!.error).toContain('has no function as its default export')
})

describe('Ctrl-C', () => {
  test.skipIf(windows)(`ends all in order, and the same command goes on to the same bits${leftOut}`, async () => {
    const told = { ...learners, space: { ...learners.space, pause: 100 }, dir, parallel: 2, progress: true }
    const interrupted = start('sweep-program.mjs', told)
    await textOnce(join(dir, '001/reports.jsonl'))
    interrupted.child.kill('SIGINT')
    const end = await interrupted.ended
    expect(end).toMatchObject({ code: 130, stdout: '' })
    expect(end.stderr).toMatch(
      /^Interrupted by Ctrl-C: [01] of 2 trials are over, and the same command goes on with the others\.$/m,
    )
    expect((await readSweep(dir)).trials[1]).toMatchObject({ state: 'begun', epochs: expect.any(Number) })
    expect((await readdir(dir, { recursive: true })).filter(name => /writer\.lock|\.tmp$/.test(name))).toEqual([])
    const [again] = await Promise.all([
      start('sweep-program.mjs', told).ended,
      sweep({ ...learners, dir: join(folder, 'b'), parallel: 1 }),
    ])
    expect(again.code).toBe(0)
    for (const trial of ['000', '001']) expect(await weightsOf(join(dir, trial))).toBe(await weightsOf(join(folder, 'b', trial)))
  })

  test.skipIf(windows)(`whose whole process is killed leaves no trial running${leftOut}`, async () => {
    const { child, ended } = start('sweep-program.mjs', { ...learners, dir, trials: 1, parallel: 1 })
    await textOnce(join(dir, '000/reports.jsonl'))
    const pid = await processAt(join(dir, '000'))
    child.kill('SIGKILL')
    await ended
    await expect.poll(() => isThere(pid), { timeout: 20_000 }).toBe(false)
    const swept = await sweep({ ...learners, dir, trials: 1, parallel: 1 })
    expect(swept.trials.map(({ state }) => state)).toEqual(['done'])
  })
})

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
