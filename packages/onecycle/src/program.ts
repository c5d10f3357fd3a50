import { createRequire } from 'node:module'
import chalk, { chalkStderr } from 'chalk'
import { Command, CommanderError } from 'commander'
import { examples } from './examples.js'
import { fail, oneLine } from './failure.js'
import { positiveNumber, wholeNumber } from './options.js'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/**
 * Runs the command line and gives the exit code. What a command needs is loaded when it runs, so that help comes at once.
 */
export async function run(args: readonly string[]): Promise<number> {
  // chalk does not know https://no-color.org.
  if (args.includes('--no-color')) process.env['NO_COLOR'] = '1'
  if (process.env['NO_COLOR']) chalk.level = chalkStderr.level = 0
  const program = commandLine()
  try {
    const schedule = program.command('schedule').description('draw a learning rate schedule by name, or print its values')
    // Its commands come from the schedules there are, which the other commands need not load.
    if (args.find(arg => !arg.startsWith('-')) === schedule.name())
      (await import('./commands/schedule.js')).addSchedules(schedule)
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    return error instanceof CommanderError ? error.exitCode : fail(error, Boolean(program.opts().debug))
  }
}

function commandLine(): Command {
  const program = new Command('onecycle')
    .description('A fastai-style Learner for TensorFlow.js: lr_find, fit_one_cycle, and pictures of everything.')
    .version(version, '-V, --version', 'print the version')
    .option('--debug', 'show the stack of an error')
    .option('--no-color', 'show no colours, as NO_COLOR=1 does')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError(chalkStderr.dim('Run it with --help for what there is.'))
    .configureOutput({ outputError: (text, write) => write(`${chalkStderr.red(oneLine(text))}\n`) })
    .exitOverride()
    .addHelpText(
      'after',
      examples(
        ['onecycle doctor', 'which backends work here, and what the others need'],
        ['onecycle demo', 'trains on 3s against 7s of MNIST, with all the plots'],
        ['onecycle demo --epochs 1 --backend wasm', 'a shorter one, on this backend'],
      ),
    )

  program
    .command('doctor')
    .description('say which TensorFlow.js backends work here, and why the others do not')
    .option('--json', 'print it as JSON')
    .addHelpText('after', examples(['onecycle doctor'], ['onecycle doctor --json']))
    .action(async options => (await import('./commands/doctor.js')).doctor(options))

  program
    .command('demo')
    .description('train on 3s against 7s of MNIST: lr_find, two constant rates and the 1cycle policy compared')
    .option('--out <folder>', 'where the plots and report.html go', 'runs/mnist-sample')
    .option('--seed <n>', 'decides the initial weights and the order of the batches', wholeNumber(0), 42)
    .option('--epochs <n>', 'epochs of each run', wholeNumber(1), 2)
    .option('--lr <rate>', 'the high learning rate; the low one is a tenth of it', positiveNumber, 5e-2)
    .option('--samples <n>', 'train on only the first so many images of 12,396', wholeNumber(64))
    .option('--backend <name>', 'node-gpu, node, webgpu, wasm or cpu (default: ONECYCLE_BACKEND, or the best one here)')
    .option('--threads <n>', 'threads of the wasm backend (default: ONECYCLE_THREADS, or 1)', wholeNumber(1))
    .option('--resume [folder]', 'write checkpoints there (default: checkpoints in --out), and go on from them if it was killed')
    .option('--no-progress', 'show neither bars nor epoch tables')
    .addHelpText(
      'after',
      examples(
        ['onecycle demo --seed 7 --out runs/seed-7', 'other weights, other batches'],
        ['onecycle demo --epochs 1 --samples 2000', 'a quick look'],
        ['onecycle demo --resume', 'kill it, and begin it again: it goes on, and ends as if nothing had been'],
      ),
    )
    .action(async options => (await import('./commands/demo.js')).demo(options))

  program
    .command('predict <model> <data>')
    .description('predict the rows of a file with a folder that learn.export wrote, and write both as CSV')
    .option('-o, --out <file>', 'where they go', 'predictions.csv')
    .option('--keep <columns...>', 'columns of the rows that are written too (default: all)')
    .option('--prefix <text>', 'what the names of predicted columns begin with')
    .option('--no-probs', 'leave probabilities out')
    .option('--sep <text>', 'what stands between cells of a CSV file (default: what its first line says)')
    .option('--missing <texts...>', 'cells that say that nothing is known (default: as in training)')
    .addHelpText(
      'after',
      examples(
        ['onecycle predict models/churn new.csv -o out.csv', 'rows, labels and probabilities'],
        ['onecycle predict models/churn new.parquet --keep id --no-probs', 'ids and labels, in predictions.csv'],
      ),
    )
    .action(async (model, data, options) => (await import('./commands/predict.js')).predict(model, data, options))

  return program
}
