import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { type Callback, EarlyStopping } from '@onecycle/callbacks'
import { Checkpoint, type Learner } from '@onecycle/learner'
import { writeWhole } from '@onecycle/platform'
import { Dashboard, type EpochRow, RunFolder, TensorBoardLogger } from '@onecycle/recorder'
import { chalkStderr } from 'chalk'
import { dataOf } from '../job/data-of.js'
import { fitJob, rateOf } from '../job/fit-job.js'
import type { Job } from '../job/keys.js'
import { learnerOf } from '../job/learner-of.js'
import { progressOf, type ShowingOptions, viewOf } from '../job/progress-of.js'
import { configIn, exportIn, freeName, weightsIn } from '../job/run-paths.js'
import { UsageError } from '../usage-error.js'
import { type BackendOptions, prepare } from './backend.js'

export interface TrainOptions extends ShowingOptions, BackendOptions {
  readonly runs: string
  readonly name?: string
  readonly resume?: string
  readonly patience?: number
  readonly tensorboard?: boolean
  readonly watch?: boolean
}

/** What a training came to, for `--json`. */
interface Result {
  readonly run: string
  readonly lr: number
  readonly reason: string
  readonly figures: EpochRow | undefined
  readonly model: string | undefined
}

/** Trains as a job says, into the folder of a run: log, table, plots, checkpoints, weights and an export. */
export async function train(job: Job, options: TrainOptions): Promise<void> {
  const { runs, resume, json = false } = options
  const dir = resume ?? `${runs}/${options.name ?? (await freeName(runs, job))}`
  if (!resume && existsSync(configIn(dir)))
    throw new UsageError(
      'already-there',
      `${dir} is there already: give this run another --name, or go on with it: onecycle train --resume ${dir}.`,
    )
  const view = viewOf(options, dir)
  await prepare(options, resume !== undefined)
  const data = await dataOf(job)
  const learn = learnerOf(data, job, { progress: progressOf(options) })
  const hparams = { ...job }
  const live = options.watch ? [new Dashboard({ name: basename(dir), hparams })] : []
  const always = [new RunFolder({ dir, hparams }), ...live, ...view]
  const lr = await rateOf(learn, job, { callbacks: always })
  // With the rate that was found: who goes on does not search again.
  await writeWhole(configIn(dir), `${JSON.stringify({ ...job, lr }, null, 2)}\n`)
  const { history, reason } = await fit(learn, { ...job, lr }, dir, always, options)
  await learn.save(weightsIn(dir))
  const model = await exported(learn, dir)
  const result: Result = { run: dir, lr, reason, figures: history.epochs.at(-1), model }
  if (json) console.log(JSON.stringify(result))
  else {
    console.error(summary(result))
    console.log(dir)
  }
}

async function fit(
  learn: Learner,
  job: Job & { lr: number },
  dir: string,
  always: readonly Callback<Learner>[],
  options: TrainOptions,
) {
  const { patience, tensorboard } = options
  const stopping = patience === undefined ? [] : [new EarlyStopping({ patience })]
  const board = tensorboard ? [new TensorBoardLogger({ dir: `${dir}/tensorboard`, hparams: { ...job } })] : []
  const checkpoints = `${dir}/checkpoints`
  const callbacks = [...always, ...board, ...stopping, new Checkpoint({ dir: checkpoints })]
  const history = await fitJob(learn, job, job.lr, { resume: checkpoints, callbacks })
  return { history, reason: history.reason ?? 'completed' }
}

/** A model that is no LayersModel, or has a loss of its own, is not exported: its weights are kept all the same. */
export async function exported(learn: Learner, dir: string): Promise<string | undefined> {
  try {
    await learn.export(exportIn(dir))
    return exportIn(dir)
  } catch (error) {
    learn.log(`The model is not exported. ${(error as Error).message}`)
    return undefined
  }
}

function summary({ run, lr, reason, figures, model }: Result): string {
  const shown = Object.entries(figures ?? {}).filter(([name]) => !['epoch', 'time'].includes(name))
  const text = shown.map(([name, value]) => `${name} ${value === null ? '-' : Number(value.toPrecision(4))}`).join('  ')
  return [
    '',
    `${chalkStderr.bold(reason)} at lr ${Number(lr.toPrecision(3))}: ${text}`,
    ...(model ? [`New data: ${chalkStderr.cyan(`onecycle predict ${run} FILE`)}`] : []),
    'Log, table, plots, checkpoints and weights are in',
  ].join('\n')
}
