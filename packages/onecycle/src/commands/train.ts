import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { chooseLater, useBackend } from '@onecycle/backend'
import { EarlyStopping } from '@onecycle/callbacks'
import { Checkpoint, type Learner } from '@onecycle/learner'
import { writeWhole } from '@onecycle/platform'
import { Dashboard, type EpochRow, RunFolder, type RunLogger, TensorBoardLogger } from '@onecycle/recorder'
import chalk from 'chalk'
import { dataOf } from '../job/data-of.js'
import { fitJob, rateOf } from '../job/fit-job.js'
import type { Job } from '../job/keys.js'
import { learnerOf } from '../job/learner-of.js'
import { configIn, exportIn, freeName, weightsIn } from '../job/run-paths.js'

export interface TrainOptions {
  readonly runs: string
  readonly name?: string
  readonly resume?: string
  readonly patience?: number
  readonly tensorboard?: boolean
  readonly watch?: boolean
  readonly progress: boolean
  readonly json?: boolean
  readonly backend?: string
  readonly threads?: number
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
  const { runs, resume, backend, threads, json = false } = options
  const progress = options.progress && !json
  // What goes on computes on the backend that it was on.
  if (resume && !backend && !threads) chooseLater()
  else await useBackend({ ...(backend !== undefined && { prefer: backend }), ...(threads !== undefined && { threads }) })
  const dir = resume ?? `${runs}/${options.name ?? (await freeName(runs, job))}`
  if (!resume && existsSync(configIn(dir)))
    throw new Error(`${dir} is there already: give this run another --name, or go on with it: onecycle train --resume ${dir}.`)
  const data = await dataOf(job)
  const learn = learnerOf(data, job, { progress })
  const live = options.watch ? [new Dashboard({ name: basename(dir), hparams: { ...job } })] : []
  const keep = [new RunFolder({ dir, hparams: { ...job } }), ...live]
  const lr = await rateOf(learn, job, { callbacks: keep })
  // With the rate that was found: who goes on does not search again.
  await writeWhole(configIn(dir), `${JSON.stringify({ ...job, lr }, null, 2)}\n`)
  const { history, reason } = await fit(learn, { ...job, lr }, dir, keep, options)
  await learn.save(weightsIn(dir))
  const model = await exported(learn, dir)
  const result: Result = { run: dir, lr, reason, figures: history.epochs.at(-1), model }
  if (json) console.log(JSON.stringify(result))
  else console.log(summary(result))
}

async function fit(learn: Learner, job: Job & { lr: number }, dir: string, keep: readonly RunLogger[], options: TrainOptions) {
  const { patience, tensorboard } = options
  const stopping = patience === undefined ? [] : [new EarlyStopping({ patience })]
  const board = tensorboard ? [new TensorBoardLogger({ dir: `${dir}/tensorboard`, hparams: { ...job } })] : []
  const checkpoints = `${dir}/checkpoints`
  const callbacks = [...keep, ...board, ...stopping, new Checkpoint({ dir: checkpoints })]
  const history = await fitJob(learn, job, job.lr, { resume: checkpoints, callbacks })
  return { history, reason: history.reason ?? 'completed' }
}

/** A model that is no LayersModel, or has a loss of its own, is not exported: its weights are kept all the same. */
async function exported(learn: Learner, dir: string): Promise<string | undefined> {
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
    `${chalk.bold(reason)} at lr ${Number(lr.toPrecision(3))}: ${text}`,
    `The run is in ${chalk.cyan(run)}: its log, table, plots, checkpoints and weights.`,
    ...(model ? [`New data: ${chalk.cyan(`onecycle predict ${run} FILE`)}`] : []),
  ].join('\n')
}
