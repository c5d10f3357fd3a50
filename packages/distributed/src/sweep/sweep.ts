import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { append, checkOptions, kind, lockFolder, rangeError, say, show, typeError } from '@onecycle/platform'
import type { Mode } from './asha.js'
import { checkQueue } from './bullmq.js'
import type { Work } from './engine.js'
import { interruption } from './interruption.js'
import { processesFor, runHere, runInProcesses } from './local.js'
import { bytesOf } from './memory.js'
import { lineOf } from './progress.js'
import { runOnQueue } from './queue.js'
import { readSweep, resultsOf, type Sweep, writeResults } from './read-sweep.js'
import type { TrialFunction } from './run-trial.js'
import { checkSettings, noteSettings, type SweepSettings } from './settings.js'
import { arrayTask } from './slurm.js'
import type { Params, Space } from './space.js'
import type { Strategy } from './strategy.js'
import { type TrialResult, trialFolder } from './trial-files.js'

/** What `sweep` is given: the trial and what it varies, how many and how they are chosen, what is compared, and where it is kept. */
export interface SweepOptions<S extends Space = Space> {
  /** The folder of the sweep, `runs/widths`: what was said of it, its results, and a folder for each trial. */
  dir: string
  /** Hyper-parameters by name, and where their values come from. */
  space: S
  /**
   * What a trial does: a module (its default export), which runs in processes of this machine, on a queue, or in an array of Slurm; or a function, which
   * runs in this process, one trial after the other.
   */
  trial: TrialFunction<Params<S>> | URL | string
  /** How many; a grid has all its points, unless fewer are asked for. */
  trials?: number | undefined
  /** Default `random`. */
  strategy?: Strategy | undefined
  /** Decides the values of all trials, and their own seeds. Default 0. */
  seed?: number | undefined
  /** The figure that trials are compared by. Default `valid_loss`. */
  metric?: string | undefined
  /** Which way it is better. Default `min` for losses; of all else it has to be said. */
  mode?: Mode | undefined
  /** Processes at once. Default: as many as there are processors, and `memory` for. */
  parallel?: number | undefined
  /** What one process may take: bytes, or `'2 GB'`. A trial that takes more fails. Default: any. */
  memory?: number | string | undefined
  /** How often a trial is tried again whose process ended without a word at the same epoch. Default 2. */
  retries?: number | undefined
  /** Whether trials that failed are tried again. Default false. */
  retryFailed?: boolean | undefined
  /** Redis with a queue, `redis://127.0.0.1:6379`, of which `onecycle worker` on any number of machines takes trials. */
  queue?: string | undefined
  /** Ends the sweep before its end: what runs is kept by its checkpoint, and the same call goes on. */
  signal?: AbortSignal | undefined
  /** Whether a line is said of each trial that ends. Default true. */
  progress?: boolean | undefined
}

/**
 * Tries hyper-parameters: runs a trial for each point of a space, compares their figures, and keeps all of it in one folder. The values, the seed and the result of a trial are
 * decided by the sweep's seed and the trial's number alone, wherever and in whatever order it runs. Which trials `asha` stops depends on which came to a rung before; with one
 * process that is the same each time, too.
 *
 * The folder is the truth: who is interrupted or killed, and calls it again, goes on with what has no result yet, each trial from its checkpoint.
 *
 * @throws TypeError or RangeError for what makes no sweep, before anything is written; Error where the folder has another sweep, or one that runs; InterruptedError after Ctrl-C,
 * and the signal's reason
 * @example
 * import { sweep } from '@onecycle/distributed'
 *
 * const { best } = await sweep({
 *   dir: 'runs/parabola',
 *   space: { x: { uniform: [-1, 1] }, y: [0, 1] },
 *   trial: ({ params: { x, y } }) => x ** 2 + y,
 *   trials: 8,
 * })
 * console.log(best?.params)
 */
export async function sweep<const S extends Space>(options: SweepOptions<S>): Promise<Sweep> {
  checkOptions<SweepOptions>('sweep', options, kinds)
  const { dir, trial, retryFailed = false, progress = true, queue } = options
  if (!dir) throw typeError('wrong-argument', `sweep takes a folder, dir: 'runs/widths', but got ${show(dir)}.`)
  const settings = checkSettings({ ...unsaid, ...options })
  const memory = bytesOf(options.memory)
  const limits = { memory, parallel: options.parallel === undefined ? processesFor(memory) : atOnce(options.parallel) }
  const here = typeof trial === 'function'
  const array = arrayTask()
  for (const name of here ? (['queue', 'parallel', 'memory'] as const) : [])
    if (options[name] !== undefined)
      throw typeError(
        'one-or-other',
        `sweep: a function runs in this process, where ${name} means nothing. Give the trial as a module: new URL('./trial.js', import.meta.url).`,
      )
  if (queue !== undefined) checkQueue(queue)
  if (queue !== undefined && array)
    throw typeError('one-or-other', 'sweep: this is a task of an array of Slurm, whose tasks are the workers: leave queue out.')
  const base = resolve(dir)
  const run = (work: Work) => {
    if (here) return runHere(work, trial as TrialFunction)
    if (queue === undefined) return runInProcesses(work, limits)
    return runOnQueue(work, queue)
  }
  const all = Array.from({ length: settings.trials }, (_, i) => i)
  const own = array ? all.filter(i => i % array.tasks === array.task) : all
  // The tasks of an array are many processes of one sweep.
  const release = array ? async () => {} : await lockFolder(base)
  try {
    await noteSettings(base, settings)
    await conduct({ dir: base, settings, own, retryFailed, progress, outer: options.signal }, run)
  } finally {
    await release()
  }
  return readSweep(base)
}

interface Conducted {
  readonly dir: string
  readonly settings: SweepSettings
  /** Trials that this process is to see to. */
  readonly own: readonly number[]
  readonly retryFailed: boolean
  readonly progress: boolean
  readonly outer: AbortSignal | undefined
}

async function conduct(
  { dir, settings, own, retryFailed, progress, outer }: Conducted,
  run: (work: Work) => Promise<void>,
): Promise<void> {
  const { over, failed } = await resultsBefore(dir, own)
  if (retryFailed) for (const trial of failed) await forget(trialFolder(dir, trial))
  const kept = new Set(retryFailed ? over.filter(trial => !failed.includes(trial)) : over)
  const missing = own.filter(trial => !kept.has(trial))
  const speak = (text: string) => {
    if (progress) say(text)
  }
  if (missing.length > 0 && kept.size > 0) speak(`${kept.size} of ${own.length} trials are over; the sweep goes on.`)
  let count = kept.size
  await writeResults(dir, settings.trials)
  const { signal, error, release } = interruption(outer)
  const ended = async (result: TrialResult) => {
    await append(`${dir}/results.jsonl`, `${JSON.stringify(result)}\n`)
    speak(lineOf(result, settings, ++count, own.length))
  }
  try {
    if (missing.length > 0) await run({ dir, settings, missing, signal, ended, say: speak })
  } finally {
    release()
    await writeResults(dir, settings.trials)
  }
  if (count < own.length && signal.aborted)
    throw error(`${count} of ${own.length} trials are over, and the same command goes on with the others`)
}

async function resultsBefore(dir: string, trials: readonly number[]): Promise<{ over: number[]; failed: number[] }> {
  const results = await resultsOf(dir, trials)
  const numbers = (some: readonly TrialResult[]) => some.map(({ trial }) => trial)
  return { over: numbers(results), failed: numbers(results.filter(({ state }) => state === 'failed')) }
}

/** What a trial would be told to have failed by; its checkpoints stay. */
async function forget(folder: string): Promise<void> {
  for (const name of ['result.json', 'attempts.json']) await rm(`${folder}/${name}`, { force: true })
}

function atOnce(parallel: number): number {
  if (Number.isSafeInteger(parallel) && parallel >= 1) return parallel
  throw rangeError('not-a-count', `sweep: parallel must be a whole number of at least 1, but it is ${show(parallel)}.`)
}

const unsaid = { strategy: undefined, trials: undefined, seed: undefined, metric: undefined, mode: undefined, retries: undefined }

const kinds = {
  ...{ dir: kind.string, space: kind.object, trial: kind.any, trials: kind.number, strategy: kind.any, seed: kind.number },
  ...{ metric: kind.string, mode: kind.any, parallel: kind.number, memory: kind.any, retries: kind.number },
  ...{
    retryFailed: kind.boolean,
    queue: kind.string,
    signal: { expected: 'an AbortSignal, such as controller.signal', fits: (value: unknown) => value instanceof AbortSignal },
    progress: kind.boolean,
  },
}
