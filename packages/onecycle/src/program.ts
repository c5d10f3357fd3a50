import { createRequire } from 'node:module'
import chalk, { chalkStderr } from 'chalk'
import { Argument, Command, CommanderError, Option } from 'commander'
import { examples } from './examples.js'
import { exitCodes, fail, oneLine } from './failure.js'
import { positiveNumber, wholeNumber } from './options.js'
import { addDistributed, programApart } from './program-distributed.js'
import { addJobs } from './program-jobs.js'
import { addBackend, addProgress } from './program-options.js'
import { addRuns } from './program-runs.js'
import { addSweeps } from './program-sweeps.js'
import { addThemes, useTheme } from './theme-option.js'
import { UsageError } from './usage-error.js'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/**
 * Runs the command line and gives the exit code. What a command needs is loaded when it runs, so that help comes at once.
 */
export async function run(args: readonly string[]): Promise<number> {
  // chalk does not know https://no-color.org.
  if (args.includes('--no-color')) process.env['NO_COLOR'] = '1'
  if (process.env['NO_COLOR']) chalk.level = chalkStderr.level = 0
  const apart = programApart(args)
  const own = apart.includes('--') ? apart.slice(0, apart.indexOf('--')) : apart
  const json = own.includes('--json')
  let code: number = exitCodes.done
  const program = commandLine(json, ended => {
    code = ended
  })
  try {
    const schedule = program.command('schedule').description('draw a learning rate schedule by name, or print its values')
    // Its commands come from the schedules there are, which the other commands need not load.
    if (args.find(arg => !arg.startsWith('-')) === schedule.name())
      (await import('./commands/schedule.js')).addSchedules(schedule)
    addThemes(program)
    await program.parseAsync(apart, { from: 'user' })
    return code
  } catch (error) {
    // Help that was asked for is no mistake.
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    if (error instanceof CommanderError && !json) return exitCodes.misused
    const told = error instanceof CommanderError ? new UsageError('usage', error.message.replace(/^error: /, '')) : error
    return fail(told, { debug: Boolean(program.opts().debug), json })
  }
}

/**
 * @param json whether failures are told as JSON
 * @param ended hears the exit code of a command that runs another program
 */
function commandLine(json: boolean, ended: (code: number) => void): Command {
  const program = new Command('onecycle')
    .description('A fastai-style Learner for TensorFlow.js: lr_find, fit_one_cycle, and pictures of everything.')
    .version(version, '-V, --version', 'print the version')
    .option('--debug', 'show the stack of an error')
    .option('--no-color', 'show no colours, as NO_COLOR=1 does')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError(json ? false : chalkStderr.dim('Run it with --help for what there is.'))
    .configureOutput({ outputError: (text, write) => json || write(`${chalkStderr.red(oneLine(text))}\n`) })
    .exitOverride()
    // Backends and what else is optional may be installed there alone.
    .hook('preAction', async () => (await import('@onecycle/backend/internal/project')).lookInProject(process.cwd()))
    .hook('preAction', (_, command) => useTheme(command))
    .addHelpText(
      'after',
      examples(
        ['onecycle doctor', 'which backends work here, and what the others need'],
        ['onecycle train --data churn.csv --y left', 'trains on a table, and keeps the run'],
        ['onecycle explain unknown-option', 'what an error means, and what mends it'],
        ['onecycle demo', 'trains on 3s against 7s of MNIST, with all the plots'],
        ['onecycle demo --epochs 1 --backend wasm', 'a shorter one, on this backend'],
      ),
    )

  addDoctor(program)
  addNative(program)
  addDemo(program)
  addJobs(program)
  addRuns(program)
  addSweeps(program)
  addPredict(program)
  addNotebook(program)
  addDistributed(program, ended)
  addOthers(program)
  return program
}

function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say which TensorFlow.js backends work here, and why the others do not, and what there is of MPI')
    .option('--measure', 'measure training steps on each that works, within a minute')
    .option('--json', 'print it as JSON')
    .addHelpText('after', examples(['onecycle doctor'], ['onecycle doctor --measure', 'which one is the fastest here']))
    .action(async options => (await import('./commands/doctor.js')).doctor(options))
}

function addNative(program: Command): void {
  const native = program.command('native').description("install TensorFlow's native library for Node").helpCommand(false)
  native
    .command('install')
    .description("install tfjs-node or tfjs-node-gpu into this project: npm's own, or else built from TensorFlow's wheel")
    .addArgument(new Argument('[kind]', 'for the processor, or for NVIDIA GPUs too').choices(['cpu', 'gpu']).default('cpu'))
    .option('--tensorflow <version>', "2.9.1 (default for cpu: npm's own download is of this one) or 2.18.1 (default for gpu)")
    .option('--build', "leave npm's own download alone, and what is there already, and build")
    .option('--no-cuda', "without NVIDIA's libraries of PyPI: those of the system are used")
    .option('--yes', 'do not ask')
    .option('--json', 'print what came of it as JSON')
    .addHelpText(
      'after',
      examples(
        ['onecycle native install', "TensorFlow on the processor: the backend 'node'"],
        ['onecycle native install gpu --yes', 'with CUDA and cuDNN; the driver has to be there'],
      ),
    )
    .action(async (kind, options) => (await import('./commands/native.js')).nativeInstall(kind, options))
}

function addDemo(program: Command): void {
  const demo = program
    .command('demo')
    .description('train on 3s against 7s of MNIST: lr_find, two constant rates and the 1cycle policy compared')
    .option('--out <folder>', 'where the plots and report.html go', 'runs/mnist-sample')
    .option('--seed <n>', 'decides the initial weights and the order of the batches', wholeNumber(0), 42)
    .option('--epochs <n>', 'epochs of each run', wholeNumber(1), 2)
    .option('--lr <rate>', 'the high learning rate; the low one is a tenth of it', positiveNumber, 5e-2)
    .option('--samples <n>', 'train on only the first so many images of 12,396', wholeNumber(64))
    .option('--resume [folder]', 'write checkpoints there (default: checkpoints in --out), and go on from them if it was killed')
    .option('--json', 'print the comparison as JSON')
  addProgress(addBackend(demo))
    .addHelpText(
      'after',
      examples(
        ['onecycle demo --seed 7 --out runs/seed-7', 'other weights, other batches'],
        ['onecycle demo --epochs 1 --samples 2000', 'a quick look'],
        ['onecycle demo --resume', 'kill it, and begin it again: it goes on, and ends as if nothing had been'],
      ),
    )
    .action(async options => (await import('./commands/demo.js')).demo(options))
}

function addPredict(program: Command): void {
  const predict = program
    .command('predict <model> <data>')
    .description('predict the rows of a file with a run, or a folder that learn.export wrote, and write both as CSV')
    .option('-o, --out <file>', 'where they go', 'predictions.csv')
    .option('--keep <columns...>', 'columns of the rows that are written too (default: all)')
    .option('--prefix <text>', 'what the names of predicted columns begin with')
    .option('--no-probs', 'leave probabilities out')
    .option('--sep <text>', 'what stands between cells of a CSV file (default: what its first line says)')
    .option('--missing <texts...>', 'cells that say that nothing is known (default: as in training)')
    .option('--json', 'print how many there are and where as JSON')
  addBackend(predict)
    .addHelpText(
      'after',
      examples(
        ['onecycle predict runs/churn-1 new.csv -o out.csv', 'rows, labels and probabilities'],
        ['onecycle predict models/churn new.parquet --keep id --no-probs', 'ids and labels, in predictions.csv'],
      ),
    )
    .action(async (model, data, options) => (await import('./commands/predict.js')).predict(model, data, options))
}

function addOthers(program: Command): void {
  program
    .command('new <folder>')
    .description('make a project that trains')
    .addHelpText('after', examples(['onecycle new churn']))
    .action(async dir => (await import('./commands/new.js')).newProject(dir))

  program
    .command('explain [words...]')
    .description(
      'tell what an error means, why it is thrown and what mends it: of its code, of what it said, or of what is piped in',
    )
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples(
        ['onecycle explain not-a-count', 'a code, as errors name them'],
        ['onecycle explain "bs is 64, but there are only 12 samples"', 'what an error said, or a part of it'],
        ['node train.js 2>&1 | onecycle explain', 'whatever goes wrong there'],
        ['onecycle explain', 'all codes'],
      ),
    )
    .action(async (words, options) => (await import('./commands/explain.js')).explain(words, options))

  program
    .command('completion <shell>')
    .description('print what completes commands and options in bash, zsh or fish')
    .addHelpText('after', examples(['source <(onecycle completion bash)'], ['onecycle completion fish | source']))
    .action(async shell => {
      if (!['bash', 'zsh', 'fish'].includes(shell))
        throw new UsageError('unknown-choice', `There is no completion for ${shell}; expected bash, zsh or fish.`)
      const schedule = program.commands.find(each => each.name() === 'schedule')!
      ;(await import('./commands/schedule.js')).addSchedules(schedule)
      addThemes(schedule)
      console.log((await import('./commands/completion.js')).completion(program, shell))
    })
}

function addNotebook(program: Command): void {
  const notebook = program
    .command('notebook')
    .description('run notebooks: programs whose cells begin with // %%')
    .helpCommand(false)
  notebook
    .command('run <file>')
    .description('run a notebook from top to bottom, and write it with its outputs')
    .addOption(
      new Option('--to <format>', 'a page of its own, a Jupyter notebook, or Markdown with its pictures in a folder beside it')
        .choices(['html', 'ipynb', 'md'])
        .default('html'),
    )
    .option('-o, --out <file>', 'where it goes (default: beside the notebook)')
    .option('--json', 'print what was written as JSON')
    .addHelpText(
      'after',
      examples(
        ['onecycle notebook run explore.ts', 'explore.html, with all plots in it'],
        ['onecycle notebook run explore.ts --to ipynb', 'for Jupyter, with its outputs'],
      ),
    )
    .action(async (file, options) => (await import('./commands/notebook.js')).runNotebook(file, options))
}
