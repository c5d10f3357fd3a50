import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkChoice, checkCount, kind, plainError, rangeError, read, show, typeError, writeWhole } from '@onecycle/platform'
import type { Mode } from './asha.js'
import { type Dimension, type Ranged, rangedOf, type Space } from './space.js'
import { checkStrategy, countTrials, type Planned } from './strategy.js'

/** What a sweep is, as `sweep.json` in its folder says. */
export interface SweepSettings {
  /** Of this file. */
  readonly format: 1
  readonly space: Space
  readonly strategy: Planned
  readonly trials: number
  readonly seed: number
  /** The figure that trials are compared by, and which way it is better. */
  readonly metric: string
  readonly mode: Mode
  /** Times that a trial is tried again which ended at the same epoch without a word. */
  readonly retries: number
  /** The module whose default export is the trial; null where the program has it as a function. */
  readonly trial: string | null
}

/** What is asked for of a sweep, of any kind. */
export type Asked = Readonly<Record<'space' | 'strategy' | 'trials' | 'seed' | 'metric' | 'mode' | 'retries' | 'trial', unknown>>

/** @throws TypeError or RangeError for what makes no sweep, in a sentence */
export function checkSettings({
  space,
  strategy = 'random',
  trials,
  seed = 0,
  metric,
  mode,
  retries = 2,
  trial,
}: Asked): SweepSettings {
  checkSpace(space)
  const planned = checkStrategy(strategy)
  const count = countTrials(planned, rangedSpace(space), trials as number | undefined)
  if (metric !== undefined && (typeof metric !== 'string' || metric === ''))
    throw typeError('wrong-option', `sweep: metric is ${show(metric)}; expected the name of a figure, such as 'valid_loss'.`)
  return {
    format: 1,
    space,
    strategy: planned,
    trials: count,
    seed: checkCount('sweep: seed', seed, 0, 2 ** 32 - 1),
    metric: metric ?? 'valid_loss',
    mode: modeOf(metric ?? 'valid_loss', mode),
    retries: checkCount('sweep: retries', retries, 0, 1000),
    trial: moduleOf(trial),
  }
}

/** Losses are better where they are less; of all else one is told. */
function modeOf(metric: string, mode: unknown): Mode {
  if (mode !== undefined) return checkChoice('sweep: mode', mode, ['min', 'max'])
  if (['valid_loss', 'train_loss'].includes(metric)) return 'min'
  throw typeError('which-is-better', `sweep: say which way ${metric} is better: mode: 'max' or 'min'.`)
}

function moduleOf(trial: unknown): string | null {
  if (typeof trial === 'function') return null
  const isUrl = trial instanceof URL || (typeof trial === 'string' && trial.startsWith('file:'))
  if (!isUrl && (typeof trial !== 'string' || trial === ''))
    throw typeError(
      'trial-module',
      `sweep: trial is ${show(trial)}; expected a function, or the module that has it as its default export: new URL('./trial.js', import.meta.url).`,
    )
  if (isUrl && new URL(trial).protocol !== 'file:')
    throw typeError('trial-module', `sweep: trial is ${String(trial)}; expected a file of this machine.`)
  const path = isUrl ? fileURLToPath(trial) : resolve(trial as string)
  if (!existsSync(path)) throw rangeError('trial-module', `sweep: there is no module ${path}, which trial names.`)
  return path
}

/**
 * Refuses what is no space of hyper-parameters.
 *
 * @throws TypeError or RangeError that names the hyper-parameter
 * @example
 * import { checkSpace } from '@onecycle/distributed'
 *
 * checkSpace({ lr: { logUniform: [1e-4, 1e-1] }, bs: [32, 64] })
 */
export function checkSpace(space: unknown): asserts space is Space {
  if (!kind.object.fits(space) || Object.keys(space as object).length === 0)
    throw typeError(
      'sweep-space',
      `sweep: space is ${show(space)}; expected hyper-parameters by name, such as { lr: { logUniform: [1e-4, 1e-1] } }.`,
    )
  rangedSpace(space as Space)
}

/** The dimensions as they are drawn from. */
export function rangedSpace(space: Space): Record<string, Ranged> {
  return Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, rangedOf(`sweep: space.${name}`, dimension)]))
}

/** The names of hyper-parameters that differ from trial to trial. */
export function varied(space: Space): string[] {
  const differs = ([name, dimension]: [string, Dimension]) => {
    const ranged = rangedOf(name, dimension)
    return ranged.kind !== 'choice' || ranged.values.length > 1
  }
  return Object.entries(space)
    .filter(differs)
    .map(([name]) => name)
}

const pathIn = (dir: string) => `${dir}/sweep.json`

/** @throws Error where there is no sweep in the folder */
export async function readSettings(dir: string): Promise<SweepSettings> {
  const settings = await settingsIn(dir)
  if (settings) return settings
  throw rangeError('not-a-sweep', `There is no sweep in ${dir}: it has no sweep.json.`)
}

async function settingsIn(dir: string): Promise<SweepSettings | undefined> {
  const bytes = await read(pathIn(dir)).catch(error => {
    if (['ENOENT', 'ENOTDIR'].includes(error.code)) return undefined
    throw error
  })
  if (!bytes) return undefined
  try {
    const settings = JSON.parse(new TextDecoder().decode(bytes)) as SweepSettings
    if (settings.format === 1 && kind.object.fits(settings.space)) return settings
  } catch {
    // Said below.
  }
  throw plainError(
    'not-a-sweep',
    `${pathIn(dir)} is of no sweep of this version. Remove the folder, or give the sweep another one.`,
  )
}

/**
 * Notes what the sweep is in its folder. One that is there goes on, where it is the same one; it may have more trials, or fewer.
 *
 * @throws Error that says in what another sweep differs which is there
 */
export async function noteSettings(dir: string, settings: SweepSettings): Promise<void> {
  const there = await settingsIn(dir)
  for (const name of ['space', 'strategy', 'seed', 'metric', 'mode'] as const) {
    const [before, now] = [JSON.stringify(there?.[name]), JSON.stringify(settings[name])]
    if (there && before !== now)
      throw plainError(
        'another-sweep',
        `${dir} has a sweep whose ${name} is ${shortened(before!)}, and this one's is ${shortened(now!)}: give this one a folder of its own.`,
      )
  }
  if (JSON.stringify(there) !== JSON.stringify(settings)) await writeWhole(pathIn(dir), `${JSON.stringify(settings, null, 2)}\n`)
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
