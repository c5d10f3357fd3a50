import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { plainError } from '@onecycle/platform'
import chalk, { chalkStderr } from 'chalk'
import { type Experiment, mnistSample, result } from '../demo/mnist-sample.js'
import { page } from '../demo/page.js'
import { type Check, verdict } from '../demo/verdict.js'
import { progressOf, type ShowingOptions } from '../job/progress-of.js'
import { table } from '../table.js'
import { type BackendOptions, prepare } from './backend.js'

export interface DemoOptions extends ShowingOptions, BackendOptions {
  out: string
  seed: number
  epochs: number
  lr: number
  samples?: number
  /** A folder for checkpoints, or true for one in `out`. */
  resume?: string | true
}

/**
 * Runs the MNIST experiment, shows and saves what it drew, and checks its own result.
 *
 * @throws Error when the result is not what a healthy run shows.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const { out, seed, epochs, lr, samples, resume, json = false } = options
  const job = { seed, epochs, lr, ...(samples !== undefined && { samples }) }
  // What cannot be kept need not be trained.
  await mkdir(out, { recursive: true })
  await prepare(options, resume !== undefined)
  const images = (samples ?? 12_396).toLocaleString('en')
  console.error(`\n3s against 7s of MNIST: ${images} images to train on, 2,038 to test on, batches of 64, seed ${seed}`)

  const experiment = await mnistSample({
    ...job,
    progress: progressOf(options),
    show: !json && Boolean(process.stdout.isTTY),
    resume: resume === true ? join(out, 'checkpoints') : resume,
    announce: what => console.error(`\n${chalkStderr.bold(what)}`),
  })
  const checks = verdict(experiment, job)
  if (json) console.log(JSON.stringify({ out, lr: experiment.lrFind.lr, runs: experiment.runs.map(result), checks }))
  else console.log(`\n${chalk.bold('The three runs compared')}\n${comparison(experiment)}\n\n${checks.map(line).join('\n')}`)

  await save(experiment, checks, out)
  console.error(
    `\nThe plots are in ${out} as .svg, .png and .json (Vega-Lite), and on one page:\n  ${chalkStderr.cyan(join(out, 'report.html'))}`,
  )
  const failed = checks.filter(check => !check.passes)
  if (failed.length > 0)
    throw plainError(
      'self-check',
      `This is not what a healthy run shows. Expected: ${failed.map(check => check.what).join('; ')}.`,
    )
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
