import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunEvent } from '../run/run-event.js'
import type { LiveMessage } from './message.js'
import { Story } from './story.js'
import { type WatchedRuns, watchRuns } from './watch-runs.js'

const time = 1_800_000_000_000
const begins = (fit = 0): RunEvent => ({
  ...{ type: 'fit', time, fit, n_epoch: 3, n_train_iter: 2, metricNames: [], hyper: {} },
})
const batches = (first: number, losses = [1, 2]): RunEvent => ({
  ...{ type: 'batches', time, fit: 0, first, losses, smooth_losses: losses, lrs: losses, moms: [] },
})
const resume: RunEvent = { type: 'resume', time, fit: 0, batches: 2, epochs: 0, position: 2 }
const lines = (...events: readonly RunEvent[]) => events.map(event => `${JSON.stringify(event)}\n`).join('')

let runs: string
let watched: WatchedRuns | undefined
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'onecycle-watch-'))
})
afterEach(async () => {
  await watched?.close()
  watched = undefined
  await rm(runs, { recursive: true })
})

async function run(name: string, begun: number, lr: number, ...events: readonly RunEvent[]): Promise<string> {
  await mkdir(join(runs, name))
  const manifest = { format: 1, name, begun, changed: begun, state: 'running', hparams: { lr }, fits: [] }
  await writeFile(join(runs, name, 'manifest.json'), JSON.stringify(manifest))
  await writeFile(join(runs, name, 'log.jsonl'), lines({ type: 'run', time, name, hparams: { lr } }, ...events))
  return join(runs, name, 'log.jsonl')
}

/** A page: its story, as long as it stays. */
async function page(address: string, query = '') {
  const controller = new AbortController()
  const { body } = await fetch(`${address}events${query}`, { signal: controller.signal })
  const now = { story: new Story(), leave: () => controller.abort() }
  void (async () => {
    let text = ''
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      const parts = (text + chunk).split('\n\n')
      text = parts.pop()!
      for (const message of parts.flatMap(part => JSON.parse(part.replace('data: ', '')) as LiveMessage[]))
        if (message.type === 'story') now.story = Story.from(message.story)
        else now.story.take(message)
    }
  })().catch(() => {})
  return now
}

const losses = ({ story }: { story: Story }) => story.fits[0]?.curves.get('loss')?.points.map(([, loss]) => loss)

test('a log is followed that another process writes, also where that is killed and goes on, or begins anew', async () => {
  const path = await run('a', 1, 0.1, begins(), batches(0))
  watched = await watchRuns({ runs })
  const here = await page(watched.address)
  await expect.poll(() => losses(here)).toEqual([1, 2])
  // A line is told when it is whole.
  const more = lines(batches(2, [3, 4]))
  await appendFile(path, more.slice(0, 20))
  await appendFile(path, more.slice(20))
  await expect.poll(() => losses(here)).toEqual([1, 2, 3, 4])
  await appendFile(path, `{"type":"batc\n{"type":"batches","time":1}\n${lines(resume, batches(2, [5]))}`)
  await expect.poll(() => losses(here)).toEqual([1, 2, 5])
  // What is not finite is null in a file.
  const gone = { lr_groups: [[0.1, Number.NaN]], hps: { wd: [Number.NaN] } }
  await appendFile(path, lines({ ...batches(3, [6]), ...gone } as RunEvent, batches(4, [7])))
  await expect.poll(() => losses(here)).toEqual([1, 2, 5, 6, 7])
  expect(here.story.fits[0]!.curves.get('hyper/wd')!.points).toEqual([[4, Number.NaN]])
  await writeFile(path, lines({ type: 'run', time, name: 'anew', hparams: {} }, begins(), batches(0, [7])))
  await expect.poll(() => losses(here)).toEqual([7])
  expect(here.story.run!.name).toBe('anew')
  here.leave()
})

test('pages choose among the runs of the folder and compare them, and get nothing else', async () => {
  await run('a', 1, 0.1, begins(), batches(0, [1, 2]))
  await run('b', 2, 0.01, begins(), batches(0, [3, 4]))
  await writeFile(join(runs, 'secret.txt'), 'nothing for pages')
  watched = await watchRuns({ runs, run: 'a' })
  const { address } = watched
  expect(watched.run).toBe(join(runs, 'a'))
  const [first, other] = [await page(address), await page(address, '?run=b')]
  await expect.poll(() => losses(first)).toEqual([1, 2])
  await expect.poll(() => losses(other)).toEqual([3, 4])
  const list = await (await fetch(`${address}runs`)).json()
  expect(list).toMatchObject([
    { id: 'b', state: 'running', first: false },
    { id: 'a', first: true },
  ])
  const compared = await (await fetch(`${address}compare?run=a&run=b`)).json()
  expect(compared.runs.map(({ id }: { id: string }) => id)).toEqual(['a', 'b'])
  expect(compared.differences).toEqual([{ what: 'hparams.lr', of: [0.1, 0.01] }])
  for (const id of ['..', '../a', `${runs}/a`, 'c', 'secret.txt']) {
    const { ok, status } = await fetch(`${address}events?${new URLSearchParams({ run: id })}`)
    expect([ok, status], id).toEqual([false, 409])
  }
  first.leave()
  other.leave()
})

test('without a run it is the newest; what is none is answered with those that there are', async () => {
  await expect(watchRuns({ runs })).rejects.toThrow(
    `There are no runs in ${runs}. onecycle train makes one, and so does a RunFolder.`,
  )
  const path = await run('a', 1, 0.1)
  await run('b', 2, 0.1)
  await expect(watchRuns({ runs, run: 'c' })).rejects.toThrow(`There is no run 'c' in ${runs}; there are b, a.`)
  watched = await watchRuns({ runs })
  expect(watched.run).toBe(join(runs, 'b'))
  await watched.close()
  watched = await watchRuns({ run: path })
  expect(watched.run).toBe(path)
  await expect(watchRuns({ rnu: 'a' } as never)).rejects.toThrow('watchRuns has no option rnu. Did you mean run?')
})

test('of a folder of runs, such as that of a sweep, the newest is shown beside the others', async () => {
  const above = runs
  runs = join(above, 'sweep')
  await mkdir(runs)
  await run('000', 1, 0.1, begins(), batches(0, [1, 2]))
  await run('001', 2, 0.01, begins(), batches(0, [3, 4]))
  runs = above
  watched = await watchRuns({ runs, run: 'sweep' })
  expect(watched.run).toBe(join(runs, 'sweep/001'))
  const list = await (await fetch(`${watched.address}runs`)).json()
  expect(list.map(({ id }: { id: string }) => id)).toEqual(['001', '000'])
  const compared = await (await fetch(`${watched.address}compare?run=000&run=001`)).json()
  expect(compared.differences).toEqual([{ what: 'hparams.lr', of: [0.1, 0.01] }])
})
