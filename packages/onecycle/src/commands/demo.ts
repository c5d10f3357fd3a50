import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chooseLater, useBackend } from '@onecycle/backend'
import chalk from 'chalk'
import { type Experiment, mnistSample, result } from '../demo/mnist-sample.js'
import { page } from '../demo/page.js'
import { type Check, verdict } from '../demo/verdict.js'
import { table } from '../table.js'

export interface DemoOptions {
  out: string
  seed: number
  epochs: number
  lr: number
  samples?: number
  progress: boolean
  backend?: string
  threads?: number
  /** A folder for checkpoints, or true for one in `out`. */
  resume?: string | true
}

/**
 * Runs the MNIST experiment, shows and saves what it drew, and checks its own result.
 *
 * @throws Error when the result is not what a healthy run shows.
 */
export async function demo({ out, backend, threads, resume, ...job }: DemoOptions): Promise<void> {
  // What cannot be kept need not be trained.
  await mkdir(out, { recursive: true })
  // What goes on computes on the backend that it was on.
  if (resume && !backend && !threads) chooseLater()
  else await useBackend({ ...(backend !== undefined && { prefer: backend }), ...(threads !== undefined && { threads }) })
  const images = (job.samples ?? 12_396).toLocaleString('en')
  console.log(`\n3s against 7s of MNIST: ${images} images to train on, 2,038 to test on, batches of 64, seed ${job.seed}`)

  const experiment = await mnistSample({
    ...job,
    resume: resume === true ? join(out, 'checkpoints') : resume,
    announce: what => console.log(`\n${chalk.bold(what)}`),
  })
  const checks = verdict(experiment, job)
  console.log(`\n${chalk.bold('The three runs compared')}\n${comparison(experiment)}\n\n${checks.map(line).join('\n')}`)

  await save(experiment, checks, out)
  console.log(
    `\nThe plots are in ${out} as .svg, .png and .json (Vega-Lite), and on one page:\n  ${chalk.cyan(join(out, 'report.html'))}`,
  )
  const failed = checks.filter(check => !check.passes)
  if (failed.length > 0)
    throw new Error(`This is not what a healthy run shows. Expected: ${failed.map(check => check.what).join('; ')}.`)
}

function comparison({ runs }: Experiment): string {
  const results = runs.map(result)
  const best = results.indexOf(bestOf(results))
  const rows = results.map(({ name, train_loss, valid_loss, accuracy, seconds }, i) => [
    name,
    train_loss.toFixed(4),
    valid_loss.toFixed(4),
    accuracy.toFixed(4),
    seconds.toFixed(1),
    i === best ? 'best' : '',
  ])
  return table([['run', 'train_loss', 'valid_loss', 'accuracy', 'seconds', ''], ...rows], (text, row) =>
    row === 0 ? chalk.dim(text) : row - 1 === best ? chalk.green(text) : text,
  )
}

/** The most accurate run, and of those the one with the lowest loss. */
function bestOf(results: ReturnType<typeof result>[]) {
  return results.reduce((best, next) =>
    next.accuracy > best.accuracy || (next.accuracy === best.accuracy && next.valid_loss < best.valid_loss) ? next : best,
  )
}

function line({ what, passes }: Check): string {
  return passes ? `${chalk.green('✔')} ${what}` : `${chalk.red('✘')} ${what}`
}

async function save(experiment: Experiment, checks: Check[], folder: string): Promise<void> {
  for (const [name, plot] of Object.entries(experiment.plots))
    for (const format of ['svg', 'png', 'json']) await plot.save(join(folder, `${name}.${format}`))
  await page(experiment, checks).save(join(folder, 'report.html'))
}
