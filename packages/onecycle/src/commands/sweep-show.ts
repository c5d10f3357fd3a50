import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  plot_curves,
  plot_parallel,
  plot_params,
  readSweep,
  type Sweep,
  type SweepTrial,
  variedIn,
} from '@onecycle/distributed/sweep'
import type { Plot } from '@onecycle/plot'
import { formatNumber } from '@onecycle/plot/internal'
import chalk from 'chalk'
import { table } from '../table.js'
import { UsageError } from '../usage-error.js'

/** Shows a sweep: a table of its trials, and plots. */
export async function showSweep(
  name: string,
  { runs, out, json = false }: { runs: string; out?: string; json?: boolean },
): Promise<void> {
  const dir = [join(runs, name), name].find(each => existsSync(join(each, 'sweep.json')))
  if (!dir) throw new UsageError('not-a-sweep', `There is no sweep ${name} in ${runs}, and no such folder of one.`)
  const sweep = await readSweep(dir)
  if (json) return console.log(JSON.stringify(sweep))
  const rows = rowsOf(sweep)
  console.log(table(rows, (text, i) => (i === 0 ? chalk.dim(text) : i === 1 && sweep.best ? chalk.bold(text) : text)))
  for (const { trial, error } of sweep.trials) if (error !== undefined) console.log(chalk.red(`trial ${trial}: ${error}`))
  for (const [suffix, plot] of [
    ['', plot_parallel],
    ['-params', plot_params],
    ['-curves', plot_curves],
  ] as const)
    await put(plotOf(sweep, plot), out?.replace(/(\.\w+)$/, `${suffix}$1`))
}

/** None where there is nothing to draw yet. */
function plotOf(sweep: Sweep, plot: typeof plot_parallel): Plot | undefined {
  return sweep.trials.some(({ value }) => value !== null) ? plot(sweep, { show: false }) : undefined
}

async function put(plot: Plot | undefined, out: string | undefined): Promise<void> {
  if (!plot) return
  if (out === undefined) return console.log(`\n${plot.draw()}`)
  await plot.save(out)
  console.log(out)
}

function rowsOf(sweep: Sweep): string[][] {
  const names = variedIn(sweep)
  const better = (a: SweepTrial, b: SweepTrial) => (sweep.mode === 'min' ? a.value! - b.value! : b.value! - a.value!)
  const known = sweep.trials.filter(({ value }) => value !== null).sort(better)
  const others = sweep.trials.filter(({ value }) => value === null)
  const cells = ({ trial, state, epochs, value, params }: SweepTrial) => [
    ...[`trial ${trial}`, state, String(epochs), value === null ? '-' : formatNumber(value, 4)],
    ...names.map(name => cut(params[name])),
  ]
  return [['', 'state', 'epochs', sweep.metric, ...names], ...[...known, ...others].map(cells)]
}

function cut(value: unknown): string {
  const text = typeof value === 'number' ? formatNumber(value, 4) : typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 24 ? `${text.slice(0, 23)}…` : text
}
