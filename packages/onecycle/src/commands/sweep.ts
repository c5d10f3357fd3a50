import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sweep as run, type Space, type Sweep } from '@onecycle/distributed/sweep'
import { formatNumber } from '@onecycle/plot/internal'
import { chalkStderr } from 'chalk'
import { type SweepJob, sweepKeys } from '../job/sweep-keys.js'
import { UsageError } from '../usage-error.js'
import type { BackendOptions } from './backend.js'

export interface SweepCommandOptions extends BackendOptions {
  readonly runs: string
  readonly name?: string
  readonly trials?: number
  readonly parallel?: number
  readonly memory?: string
  readonly queue?: string
  readonly retryFailed?: boolean
  readonly progress: boolean
  readonly json?: boolean
}

/** Runs the sweep of a config file, or goes on with it, and says which trial was the best. */
export async function sweep(config: string, options: SweepCommandOptions): Promise<void> {
  const { runs, json = false, progress, queue, retryFailed, backend, threads } = options
  const said = { ...(await sweepJobOf(config)), ...ownOf(options) }
  const { space, ...rest } = said
  const job = Object.fromEntries(Object.entries(rest).filter(([name]) => !Object.hasOwn(sweepKeys, name)))
  const { trials, strategy, metric, mode, parallel, memory, retries } = rest
  // Processes of trials choose by these.
  if (backend !== undefined) process.env['ONECYCLE_BACKEND'] = backend
  if (threads !== undefined) process.env['ONECYCLE_THREADS'] = String(threads)
  const swept = await run({
    dir: `${runs}/${options.name ?? basename(config).replace(/\.\w+$/, '')}`,
    trial: fileURLToPath(new URL('../job/sweep-trial.js', import.meta.url)),
    space: { ...sameInAll(job), ...space },
    ...{ trials, strategy, seed: job['seed'] as number | undefined, metric, mode, parallel, memory, retries },
    ...{ queue, retryFailed, progress: progress && !json },
  }).catch(error => {
    throw /^sweep: |^queue is /.test(error.message)
      ? new UsageError('config-file', error.message.replace(/^sweep: /, ''), { cause: error })
      : error
  })
  if (json) return console.log(JSON.stringify(summaryOf(swept)))
  const { best, dir } = swept
  if (best)
    console.error(
      chalkStderr.bold(
        `The best is trial ${best.trial}, ${swept.metric} ${formatNumber(best.value!)}, in ${best.dir}. All of them:`,
      ),
    )
  else console.error(chalkStderr.bold('No trial has a figure. All of them:'))
  console.log(dir)
}

/** What the command line says goes before the file. */
function ownOf({ trials, parallel, memory }: SweepCommandOptions): Partial<SweepJob> {
  return {
    ...(trials !== undefined && { trials }),
    ...(parallel !== undefined && { parallel }),
    ...(memory !== undefined && { memory }),
  }
}

async function sweepJobOf(config: string): Promise<Partial<SweepJob>> {
  const text = await readFile(config, 'utf8').catch(cause => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
    throw new UsageError('config-file', `Cannot read ${config}: ${why}. A sweep takes a file of its keys, such as job.yaml.`, {
      cause,
    })
  })
  const { parseSweep } = await import('../job/config-file.js')
  const job = parseSweep(text, config)
  if (!job.space)
    throw new UsageError(
      'config-file',
      `${config} has no space: say there which keys trials differ in, such as space: { lr: { logUniform: [1e-4, 1e-1] } }.`,
    )
  if (job.data === undefined && job.space['data'] === undefined)
    throw new UsageError('job-data', `${config} has no data: say there what to train on, a table, a folder, or mnist.`)
  return job
}

/** Keys that are the same in all trials. A file is named from the root: workers are elsewhere. */
function sameInAll({ data, ...job }: Readonly<Record<string, unknown>>): Space {
  const isFile = typeof data === 'string' && /[./\\]/.test(data)
  const all = { ...(data !== undefined && { data: isFile ? resolve(data) : data }), ...job }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { choice: [value as never] }]))
}

function summaryOf({ dir, metric, best, trials }: Sweep) {
  const count = (state: string) => trials.filter(each => each.state === state).length
  const { trial, value, params, dir: folder } = best ?? {}
  return {
    sweep: dir,
    metric,
    trials: trials.length,
    done: count('done'),
    stopped: count('stopped'),
    failed: count('failed'),
    best: best ? { trial, value, params, dir: folder } : null,
  }
}
