import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Callback } from '@onecycle/callbacks'
import {
  type History,
  listRuns,
  openRun,
  Recorder,
  type RunEvent,
  RunFolder,
  RunLog,
  RunLogger,
  readRun,
  runDifferences,
} from '@onecycle/recorder'
import { memory } from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Checkpoint } from './checkpoint/checkpoint-callback.js'
import { GradientStats } from './inspect/gradient-stats.js'
import { Learner } from './learner.js'
import { accuracy } from './metric/classification.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { points, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

function learner(said: string[] = []): Learner {
  const kernelInitializer = initializers.glorotUniform({ seed: 1 })
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2], kernelInitializer })] })
  const options = { seed: 5, metrics: [accuracy], progress: false, log: (line: string) => void said.push(line) } as const
  return new Learner(points({ train: 22 }), model, options)
}

const asJson = (history: History) => JSON.parse(JSON.stringify(history)) as History

describe('RunLog', () => {
  it('writes what makes the same histories, searches and notes again, and says what the run was of', async () => {
    const path = join(await temporaryFolder(), 'log.jsonl')
    const learn = learner()
    await learn.fit(1e-3, 1)
    const before = memory().numTensors
    const log = new RunLog({ path, name: 'first', hparams: { width: 2 }, interval: 0 })
    const noting: Callback<Learner> = {
      after_epoch: learn => learn.note({ type: 'scalar', name: 'temperature', value: learn.epoch / 2 }),
    }
    learn.bus.add(log, noting)
    await learn.lr_find({ num_it: 12 })
    const first = asJson(await learn.fit_one_cycle(2, 1e-2))
    const second = asJson(await learn.fit(1e-2, 1))
    const run = await readRun(path)
    expect(run.name).toBe('first')
    expect(run.broken).toBe(0)
    expect(run.fits.map(({ history }) => asJson(history))).toEqual([first, second])
    expect(run.searches).toEqual([JSON.parse(JSON.stringify(learn.recorder.lrFind))])
    expect(run.fits[0]!.notes).toMatchObject([
      { type: 'scalar', name: 'temperature', value: 0, batch: learn.n_train_iter },
      { type: 'scalar', name: 'temperature', value: 0.5, batch: 2 * learn.n_train_iter },
    ])
    expect(run.processes).toMatchObject([
      {
        hparams: { width: 2 },
        commit: expect.stringMatching(/^[\da-f]{40}$/),
        description: { seed: 5, model: { parameters: 6 }, optimizer: { rule: 'adam' }, data: { train: { samples: 22 } } },
      },
    ])
    expect(Recorder.from(run.fits[0]!.history).plot_losses({ show: false }).spec).toBeDefined()
    expect(memory().numTensors).toBe(before)
  })

  it('goes on where a fit was killed: what is past the checkpoint is void, what is missing is told again', async () => {
    const dir = await temporaryFolder()
    const noting = (): Callback<Learner>[] => [
      new GradientStats({ every: 1 }),
      { after_epoch: learn => learn.note({ type: 'scalar', name: 'ends', value: learn.epoch }) },
    ]
    const uninterrupted = join(dir, 'whole.jsonl')
    const whole = asJson(
      await learner().fit_one_cycle(3, 1e-2, { callbacks: [new RunLog({ path: uninterrupted }), ...noting()] }),
    )
    const path = join(dir, 'log.jsonl')
    // Batches are told at the ends of epochs alone, so that the last ones before the kill are missing in the file.
    const killed = learner()
    const kill: Callback<Learner> = {
      order: 2e9,
      after_batch: ({ train_iter }) => {
        if (train_iter === killed.n_train_iter + 2) throw new Error('killed')
      },
    }
    const saving = () => new Checkpoint({ dir, every: { batches: 1 } })
    const log = () => new RunLog({ path, interval: 1e9 })
    await expect(killed.fit_one_cycle(3, 1e-2, { callbacks: [saving(), log(), kill, ...noting()] })).rejects.toThrow('killed')
    const lines = (await readFile(path, 'utf8')).trim().split('\n')
    await writeFile(
      path,
      `${lines
        .filter(line => !/"type":"end"/.test(line))
        .slice(0, -1)
        .join('\n')}\n{"type":"batc`,
    )

    await learner().fit_one_cycle(3, 1e-2, { resume: dir, callbacks: [saving(), log(), ...noting()] })
    const run = await readRun(path)
    expect(run.broken).toBe(1)
    expect(run.processes).toHaveLength(2)
    expect(run.fits).toHaveLength(1)
    const timeless = (history: History) => ({ ...history, epochs: history.epochs.map(row => ({ ...row, time: 0 })) })
    expect(timeless(asJson(run.fits[0]!.history))).toEqual(timeless(whole))
    const notes = ({ fits }: Awaited<ReturnType<typeof readRun>>) =>
      fits[0]!.notes.map(note => ({ ...note, time: 0 })).filter(({ name }) => name === 'ends' || name === 'gradient_norm/all')
    expect(notes(run)).toEqual(notes(await readRun(uninterrupted)))
  })

  it('a program that begins anew takes the place of what it had logged; the file keeps all', async () => {
    const path = join(await temporaryFolder(), 'log.jsonl')
    const callbacks = () => new RunLog({ path })
    await learner().fit(1e-2, 2, { callbacks: callbacks() })
    const history = asJson(await learner().fit(1e-1, 1, { callbacks: callbacks() }))
    const run = await readRun(path)
    expect(run.fits.map(({ history }) => asJson(history))).toEqual([history])
    expect((await readFile(path, 'utf8')).match(/"type":"end"/g)).toHaveLength(2)
  })

  it('says once what cannot be written, and trains on', async () => {
    const said: string[] = []
    const path = join(await temporaryFolder(), 'file')
    await writeFile(path, '')
    await learner(said).fit(1e-2, 3, { callbacks: new RunLog({ path: join(path, 'log.jsonl') }) })
    expect(said.filter(line => /RunLog cannot keep what happens. Cannot write/.test(line))).toHaveLength(1)
  })

  it('a log that is no log is refused, and a half line is no event', async () => {
    const path = join(await temporaryFolder(), 'other.txt')
    await appendFile(path, 'epoch,loss\n0,1\n')
    await expect(readRun(path)).rejects.toThrow(/other\.txt is no log of a run: none of its 2 lines/)
    expect(() => new RunLog({ path: '' })).toThrow("takes the path of its file, such as 'runs/a/log.jsonl', but got ''")
  })
})

describe('RunFolder', () => {
  it('keeps a run with its manifest, table, log and plots, and goes on where it was killed', async () => {
    const runs = await temporaryFolder()
    const dir = join(runs, 'wide')
    const keep = () => new RunFolder({ dir, hparams: { width: 2 } })
    const resume = join(dir, 'checkpoints')
    const learn = learner()
    await learn.lr_find({ num_it: 12, callbacks: keep() })
    const stop: Callback<Learner> = { order: 2e9, after_batch: ({ epoch, iter }) => kill(epoch === 1 && iter === 1) }
    await expect(learner().fit_one_cycle(2, 1e-2, { resume, callbacks: [keep(), stop] })).rejects.toThrow('killed')
    expect((await openRun(dir)).fits).toMatchObject([{ fit: 0, n_epoch: 2, epochs: 1, reason: 'failed', error: 'Error: killed' }])
    const again = keep()
    const second = learner()
    const { epochs } = await second.fit_one_cycle(2, 1e-2, { resume, callbacks: again })
    await second.fit(1e-2, 1, { callbacks: again })
    await new RunFolder({ dir: join(runs, 'narrow'), hparams: { width: 1 } }).flush()
    await writeFile(join(runs, 'a file'), '')
    const [run] = await listRuns(runs)
    expect(run).toMatchObject({ name: 'wide', state: 'completed', hparams: { width: 2 }, description: { seed: 5 } })
    expect(run!.fits).toMatchObject([
      { fit: 0, n_epoch: 2, epochs: 2, last: epochs[1], reason: 'completed' },
      { fit: 1, epochs: 1 },
    ])
    expect((await readFile(join(dir, 'history.csv'), 'utf8')).trim().split('\n')).toHaveLength(3)
    expect((await readdir(join(dir, 'plots'))).sort()).toEqual([
      'fit-0-losses.svg',
      'fit-0-lr.svg',
      'fit-0-metrics.svg',
      'fit-1-losses.svg',
      'fit-1-lr.svg',
      'fit-1-metrics.svg',
      'lr_find-0.svg',
    ])
    expect(runDifferences([run!, { ...run!, hparams: { width: 3 }, commit: undefined }]).map(({ what }) => what)).toEqual([
      'hparams.width',
      'commit',
    ])
    await expect(openRun(runs)).rejects.toThrow(/manifest\.json: there is no such file/)
  })
})

function kill(now: boolean): void {
  if (now) throw new Error('killed')
}

it('a logger of a program hears all in its order, from a fit and from a log', async () => {
  class Heard extends RunLogger {
    readonly events: RunEvent[] = []
    override hear(event: RunEvent) {
      this.events.push(event)
    }
  }
  const path = join(await temporaryFolder(), 'log.jsonl')
  const heard = new Heard()
  await learner().fit(1e-2, 2, { callbacks: [heard, new RunLog({ path })] })
  expect(heard.events.map(({ type }) => type)).toEqual(['run', 'fit', 'batches', 'epoch', 'batches', 'epoch', 'end'])
  const again = new Heard()
  await (await readRun(path)).replay(again)
  expect(again.events.map(({ type }) => type)).toEqual(heard.events.map(({ type }) => type))
})
