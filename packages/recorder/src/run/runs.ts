import { namesIn, plainError, read, show, typeError } from '@onecycle/platform'
import { manifestName, type RunManifest } from './run-manifest.js'

/** A run that {@link RunFolder} keeps. */
export interface RunInFolder extends RunManifest {
  readonly dir: string
}

/**
 * The runs in a folder of such, the one that was begun last first; what is none is left out.
 *
 * @param dir Default `runs`.
 * @throws TypeError for what is no folder
 * @example
 * const runs = await listRuns()
 * for (const { name, state, fits } of runs) console.log(name, state, fits.at(-1)?.last)
 */
export async function listRuns(dir = 'runs'): Promise<RunInFolder[]> {
  const base = checkFolder('listRuns', dir).replace(/\/+$/, '')
  const found = await Promise.all((await namesIn(base)).map(name => openRun(`${base}/${name}`).catch(() => undefined)))
  return found.filter(run => run !== undefined).sort((a, b) => b.begun - a.begun)
}

/**
 * What is known of the run in a folder.
 *
 * @throws Error where there is none; TypeError for what is no folder
 * @example
 * const run = await openRun('runs/a')
 * console.log(run)
 */
export async function openRun(dir: string): Promise<RunInFolder> {
  checkFolder('openRun', dir)
  const bytes = await read(`${dir}/${manifestName}`)
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Partial<RunManifest> | null
  if (typeof manifest?.name !== 'string' || !Array.isArray(manifest.fits))
    throw plainError('not-a-run', `${dir}/${manifestName} is of no run.`)
  return { ...(manifest as RunManifest), dir }
}

function checkFolder(caller: string, dir: unknown): string {
  if (typeof dir === 'string' && dir !== '') return dir
  throw typeError('wrong-argument', `${caller} takes the path of a folder, such as 'runs', but got ${show(dir)}.`)
}

/** In what two runs differ: a path of names, and what each has there; undefined where one has nothing. */
export interface RunDifference {
  readonly what: string
  readonly of: readonly unknown[]
}

/**
 * In what runs differ that may explain how they went: what they were told, versions, seed, model, optimizer, loss and data, and the commit.
 *
 * @throws TypeError for what is no list of runs
 * @example
 * const [a, b] = await listRuns()
 * const differences = runDifferences([a!, b!])   // [{ what: 'hparams.lr', of: [0.1, 0.01] }]
 */
export function runDifferences(runs: readonly Pick<RunManifest, 'hparams' | 'commit' | 'description'>[]): RunDifference[] {
  if (!Array.isArray(runs) || !runs.every(run => typeof run?.hparams === 'object'))
    throw typeError('wrong-argument', `runDifferences takes a list of runs, such as listRuns gives, but got ${show(runs)}.`)
  const flat = runs.map(({ hparams, commit, description }) => flatten({ hparams, commit, ...description }))
  const names = [...new Set(flat.flatMap(each => [...each.keys()]))]
  return names
    .map(what => ({ what, of: flat.map(each => each.get(what)) }))
    .filter(({ of }) => new Set(of.map(value => JSON.stringify(value))).size > 1)
}

/** Values by the names that lead to them. */
function flatten(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) {
    if (value !== undefined) found.set(path, value)
    return found
  }
  for (const [name, inner] of Object.entries(value)) flatten(inner, path ? `${path}.${name}` : name, found)
  return found
}
