import { namesIn, show, typeError, writeWhole } from '@onecycle/platform'
import { isBetter, type Mode } from './asha.js'
import { rangedSpace, readSettings, type SweepSettings } from './settings.js'
import type { Params, Space } from './space.js'
import { type Planned, paramsOf, seedOf } from './strategy.js'
import { type Figures, type Report, TrialFiles, type TrialResult, trialFolder } from './trial-files.js'

/** A trial of a sweep, as far as it has come. */
export interface SweepTrial {
  /** Its number, from 0. */
  readonly trial: number
  /** `begun` is also one that was interrupted, and goes on when the sweep does. */
  readonly state: 'waiting' | 'begun' | TrialResult['state']
  readonly params: Params
  readonly seed: number
  /** Of the metric, where it is known; null where it is not finite. */
  readonly value: number | null
  readonly epochs: number
  readonly figures: Figures
  readonly reports: readonly Report[]
  readonly error?: string | undefined
  readonly dir: string
}

/** A sweep, as its folder says. */
export interface Sweep {
  readonly dir: string
  readonly space: Space
  readonly strategy: Planned
  readonly seed: number
  /** What trials are compared by, and which way it is better. */
  readonly metric: string
  readonly mode: Mode
  /** All of them, by number. */
  readonly trials: readonly SweepTrial[]
  /** The best of those that are over; undefined where none has a figure. */
  readonly best: SweepTrial | undefined
}

/**
 * What is known of a sweep, also while it runs.
 *
 * @throws RangeError where there is none in the folder; TypeError for what is no folder
 * @example
 * import { readSweep } from '@onecycle/distributed'
 *
 * const { best, trials } = await readSweep('runs/widths')
 */
export async function readSweep(dir: string): Promise<Sweep> {
  if (typeof dir !== 'string' || dir === '')
    throw typeError('wrong-argument', `readSweep takes the folder of a sweep, such as 'runs/widths', but got ${show(dir)}.`)
  const { trials: count, ...settings } = await readSettings(dir)
  const there = new Set(await namesIn(dir))
  const trials = await Promise.all(
    Array.from({ length: count }, (_, trial) => trialOf(dir, { ...settings, trials: count }, trial, there)),
  )
  const { space, strategy, seed, metric, mode } = settings
  return { dir, space, strategy, seed, metric, mode, trials, best: bestOf(trials, mode) }
}

async function trialOf(dir: string, settings: SweepSettings, trial: number, there: ReadonlySet<string>): Promise<SweepTrial> {
  const { strategy, space, seed, metric } = settings
  const files = new TrialFiles(dir, trial)
  const folder = trialFolder(dir, trial)
  const known = { trial, params: paramsOf(strategy, rangedSpace(space), seed, trial), seed: seedOf(seed, trial), dir: folder }
  if (!there.has(folder.slice(dir.length + 1)))
    return { ...known, state: 'waiting', value: null, epochs: 0, figures: {}, reports: [] }
  const [result, reports] = await Promise.all([files.result(), files.reports()])
  if (result) {
    const { state, value, epochs, figures, error } = result
    return { ...known, state, value, epochs, figures, reports, ...(error !== undefined && { error }) }
  }
  const last = reports.at(-1)
  const figures = last?.figures ?? {}
  return { ...known, state: 'begun', value: figures[metric] ?? null, epochs: last?.epoch ?? 0, figures, reports }
}

/** The best of those that are over. Of equal ones it is the first. */
export function bestOf(trials: readonly SweepTrial[], mode: Mode): SweepTrial | undefined {
  const over = trials.filter(({ state, value }) => (state === 'done' || state === 'stopped') && value !== null)
  return over.reduce<SweepTrial | undefined>(
    (best, each) => (!best || isBetter(each.value, best.value, mode) ? each : best),
    undefined,
  )
}

/** The results of trials, those that there are. */
export async function resultsOf(dir: string, trials: readonly number[]): Promise<TrialResult[]> {
  const found: TrialResult[] = []
  // A few hundred at once: a process may open so many files.
  for (let i = 0; i < trials.length; i += 200)
    found.push(
      ...(await Promise.all(trials.slice(i, i + 200).map(trial => new TrialFiles(dir, trial).result()))).filter(
        each => each !== undefined,
      ),
    )
  return found
}

/** Writes the table of all results, a line each, whole: also where several processes do so at once, the last one has all. */
export async function writeResults(dir: string, count: number): Promise<void> {
  const all = Array.from({ length: count }, (_, i) => i)
  const table = async () => (await resultsOf(dir, all)).map(result => `${JSON.stringify(result)}\n`).join('')
  for (let written: string | undefined, text = await table(); text !== written; text = await table()) {
    await writeWhole(`${dir}/results.jsonl`, text)
    written = text
  }
}
