import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plot } from '@onecycle/plot'
import {
  compare_losses,
  compare_metrics,
  type History,
  listRuns,
  openRun,
  Recorder,
  type RunInFolder,
  readRun,
  runDifferences,
} from '@onecycle/recorder'
import chalk from 'chalk'
import { table } from '../table.js'
import { UsageError } from '../usage-error.js'
import { confirmed } from './confirmed.js'
import type { ExportOptions } from './export.js'

interface Common {
  runs: string
  json?: boolean
}

/** A table of the runs in a folder, the newest first. */
export async function list({ runs, json = false }: Common): Promise<void> {
  const found = await listRuns(runs)
  if (json) console.log(JSON.stringify(found))
  else if (found.length === 0) console.error(`There are no runs in ${runs}. onecycle train makes one.`)
  else
    console.log(
      table([['run', 'begun', 'state', 'epochs', 'valid_loss', 'best figure'], ...found.map(row)], (text, i) =>
        i === 0 ? chalk.dim(text) : text,
      ),
    )
}

function row({ name, begun, state, fits }: RunInFolder): string[] {
  const last = fits.at(-1)
  const figures = Object.entries(last?.last ?? {}).filter(
    ([name]) => !['epoch', 'train_loss', 'valid_loss', 'time'].includes(name),
  )
  const [first] = figures
  return [
    name,
    new Date(begun).toISOString().slice(0, 16).replace('T', ' '),
    state,
    last ? `${last.epochs}/${last.n_epoch}` : '-',
    shown(last?.last?.valid_loss),
    first ? `${first[0]} ${shown(first[1])}` : '-',
  ]
}

/** What a run was of and how it went. */
export async function show(name: string, { runs, json = false }: Common): Promise<void> {
  const run = await runOf(runs, name)
  if (json) return console.log(JSON.stringify(run))
  const { hparams, commit, fits, state, dir } = run
  console.log(`${chalk.bold(run.name)}  ${state}  ${chalk.dim(dir)}${commit ? chalk.dim(`  commit ${commit.slice(0, 9)}`) : ''}`)
  for (const [key, value] of Object.entries(hparams))
    console.log(`  ${key.padEnd(12)} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  for (const { fit, epochs, n_epoch, reason, error, last } of fits) {
    console.log(`\nfit ${fit}: ${epochs} of ${n_epoch} epochs${reason ? `, ${reason}` : ''}${error ? `: ${error}` : ''}`)
    if (last)
      console.log(
        `  ${Object.entries(last)
          .map(([name, value]) => `${name} ${shown(value)}`)
          .join('  ')}`,
      )
  }
}

/** In what runs differ, and their curves. */
export async function compare(names: readonly string[], { runs, json = false, out }: Common & { out?: string }): Promise<void> {
  const all = await Promise.all(names.map(name => runOf(runs, name)))
  const differences = runDifferences(all)
  if (json) return console.log(JSON.stringify({ runs: all, differences }))
  const rows = differences.map(({ what, of }) => [
    what,
    ...of.map(value => cut(typeof value === 'string' ? value : (JSON.stringify(value) ?? '-'))),
  ])
  console.log(rows.length > 0 ? table([['', ...names], ...rows]) : 'They differ in nothing that is known of them.')
  const histories = await Promise.all(all.map(async ({ dir }, i) => [names[i]!, await lastFit(dir)] as const))
  const compared = Object.fromEntries(histories.filter((each): each is [string, History] => each[1] !== undefined))
  const measured = Object.values(compared).some(({ metricNames }) => metricNames.length > 0)
  for (const [plot, path] of [
    [compare_losses(compared, { show: false }), out],
    ...(measured ? ([[compare_metrics(compared, { show: false }), out?.replace(/(\.\w+)$/, '-metrics$1')]] as const) : []),
  ] as const)
    await put(plot, path)
}

/** Draws a run: losses, rates, metrics, or the search before it. */
export async function plot(
  name: string,
  what: 'losses' | 'lr' | 'metrics' | 'lr_find',
  { runs, json = false, out }: Common & { out?: string },
): Promise<void> {
  const { dir } = await runOf(runs, name)
  const { fits, searches } = await readRun(join(dir, 'log.jsonl'))
  const recorder = fits.length > 0 ? Recorder.from(fits.at(-1)!.history) : new Recorder()
  recorder.lrFind = searches.at(-1)
  const quiet = { show: false }
  const plots = {
    losses: () => recorder.plot_losses(quiet),
    lr: () => recorder.plot_lr({ ...quiet, showMoms: recorder.history.moms.length > 0 }),
    metrics: () => recorder.plot_metrics(quiet),
    lr_find: () => recorder.plot(quiet),
  }
  const plot = plots[what]()
  if (!json) return put(plot, out)
  if (out) await plot.save(out)
  console.log(JSON.stringify(plot.spec))
}

/** Writes the model of a run, by its name. */
export async function exportNamed(name: string, to: string, { runs, ...options }: Common & ExportOptions): Promise<void> {
  const { dir } = await runOf(runs, name)
  // Loads all that trains, which the other commands need not wait for.
  const { exportRun } = await import('./export.js')
  await exportRun(dir, to, options)
}

/** Removes runs, after a question that `--yes` answers. */
export async function remove(
  names: readonly string[],
  { runs, json = false, yes = false }: Common & { yes?: boolean },
): Promise<void> {
  const all = await Promise.all(names.map(name => runOf(runs, name)))
  if (!yes) {
    if (!process.stdin.isTTY) throw new UsageError('not-confirmed', 'This removes runs for good: say so with --yes.')
    if (!(await confirmed(`Remove ${all.map(({ dir }) => dir).join(', ')} for good?`))) return
  }
  for (const { dir } of all) await rm(dir, { recursive: true })
  const removed = all.map(({ dir }) => dir)
  console.log(json ? JSON.stringify({ removed }) : removed.join('\n'))
}

async function put(plot: Plot, out: string | undefined): Promise<void> {
  if (out === undefined) return console.log(plot.draw())
  await plot.save(out)
  console.log(out)
}

/** A run by its name in the folder of runs, or by its own folder. */
async function runOf(runs: string, name: string): Promise<RunInFolder> {
  const found = await Promise.any([openRun(join(runs, name)), openRun(name)]).catch(() => undefined)
  if (found) return found
  const there = (await listRuns(runs)).map(({ name }) => name)
  throw new UsageError(
    'no-such-run',
    `There is no run ${name} in ${runs}${there.length > 0 ? `; there are ${there.join(', ')}` : ''}.`,
  )
}

async function lastFit(dir: string): Promise<History | undefined> {
  return (await readRun(join(dir, 'log.jsonl'))).fits.at(-1)?.history
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : '-'
}

/** Of a long value its beginning. */
function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
