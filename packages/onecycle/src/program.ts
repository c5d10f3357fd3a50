import { createRequire } from 'node:module'
import chalk, { chalkStderr } from 'chalk'
import { Argument, Command, CommanderError, Option } from 'commander'
import { examples } from './examples.js'
import { fail, oneLine } from './failure.js'
import { keysOf } from './job/keys.js'
import { addKeys } from './job/options-of.js'
import { positiveNumber, wholeNumber } from './options.js'
import { addThemes, useTheme } from './theme-option.js'

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
    addThemes(program)
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
    // Backends and what else is optional may be installed there alone.
    .hook('preAction', async () => (await import('@onecycle/backend/internal')).lookInProject(process.cwd()))
    .hook('preAction', (_, command) => useTheme(command))
    .addHelpText(
      'after',
      examples(
        ['onecycle doctor', 'which backends work here, and what the others need'],
        ['onecycle train --data churn.csv --y left', 'trains on a table, and keeps the run'],
        ['onecycle demo', 'trains on 3s against 7s of MNIST, with all the plots'],
        ['onecycle demo --epochs 1 --backend wasm', 'a shorter one, on this backend'],
      ),
    )

  addDoctor(program)
  addNative(program)
  addDemo(program)
  addJobs(program)
  addRuns(program)
  addPredict(program)
  addNotebook(program)
  addOthers(program)
  return program
}

function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say which TensorFlow.js backends work here, and why the others do not')
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
  program
    .command('demo')
    .description('train on 3s against 7s of MNIST: lr_find, two constant rates and the 1cycle policy compared')
    .option('--out <folder>', 'where the plots and report.html go', 'runs/mnist-sample')
    .option('--seed <n>', 'decides the initial weights and the order of the batches', wholeNumber(0), 42)
    .option('--epochs <n>', 'epochs of each run', wholeNumber(1), 2)
    .option('--lr <rate>', 'the high learning rate; the low one is a tenth of it', positiveNumber, 5e-2)
    .option('--samples <n>', 'train on only the first so many images of 12,396', wholeNumber(64))
    .option('--backend <name>', 'node-gpu, webgpu, node, wasm or cpu (default: ONECYCLE_BACKEND, or the best one here)')
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
}

const backendOption = [
  '--backend <name>',
  'node-gpu, webgpu, node, wasm or cpu (default: ONECYCLE_BACKEND, or the best one here)',
] as const

/** What trains, and looks at what would be trained. */
function addJobs(program: Command): void {
  const train = program.command('train').description('train on a table, a folder or a data set, into a folder of runs')
  addKeys(train, keysOf.train)
    .option('--name <name>', 'what the run is called (default: as the data, counted up)')
    .option('--runs <folder>', 'where runs are', 'runs')
    .option('--resume <run>', 'go on with a run that was killed')
    .option('--patience <n>', 'end when validation has not become better for so many epochs', wholeNumber(1))
    .option('--tensorboard', "write TensorBoard's files too")
    .option('--watch', 'serve a live page of it, with buttons')
    .option(...backendOption)
    .option('--threads <n>', 'threads of the wasm backend (default: ONECYCLE_THREADS, or 1)', wholeNumber(1))
    .option('--no-progress', 'show neither bars nor epoch tables')
    .option('--json', 'print what came of it as JSON, and nothing else')
    .addHelpText(
      'after',
      examples(
        ['onecycle train --data churn.csv --y left', 'finds a rate, trains, keeps all in runs/churn-1'],
        ['onecycle train --data mnist_sample --epochs 2 --lr 5e-2', 'a data set that comes with npm'],
        ['onecycle train --config job.yaml --epochs 20', 'the same keys in a file'],
        ['onecycle train --resume runs/churn-1', 'goes on where it was killed'],
      ),
    )
    .action(async options => {
      const { jobOf, jobOfRun } = await import('./job/job-of.js')
      const job = options.resume ? await jobOfRun(options.resume) : await jobOf(options)
      await (await import('./commands/train.js')).train(job, options)
    })

  const find = program.command('lr-find').description('search for a learning rate, and draw the losses it was read from')
  addKeys(find, keysOf.model)
    .option('--out <file>', 'write the picture (.svg, .png, .html, .json)')
    .option('--json', 'print the curve and the suggestions as JSON')
    .option(...backendOption)
    .addHelpText(
      'after',
      examples(['onecycle lr-find --data churn.csv --y left'], ['onecycle lr-find --data mnist_sample --out find.png']),
    )
    .action(async options => {
      const { jobOf } = await import('./job/job-of.js')
      await (await import('./commands/lr-find.js')).lrFind(await jobOf(options), options)
    })

  const batch = program.command('show-batch').description('show some samples as a model gets them')
  addKeys(batch, keysOf.data)
    .option('--out <file>', 'write the picture, where it is one')
    .option(...backendOption)
    .addHelpText('after', examples(['onecycle show-batch --data churn.csv --y left']))
    .action(async options => {
      const { jobOf } = await import('./job/job-of.js')
      await (await import('./commands/show-batch.js')).showBatch(await jobOf(options), options)
    })
}

/** What is done with runs that are there. */
function addRuns(program: Command): void {
  program
    .command('validate <run>')
    .description("measure a run's model again, on its validation data or on another table")
    .option('--data <file>', 'a table with the same columns')
    .option('--json', 'print the figures as JSON')
    .option(...backendOption)
    .addHelpText(
      'after',
      examples(['onecycle validate runs/churn-1'], ['onecycle validate runs/churn-1 --data later.csv --json']),
    )
    .action(async (dir, options) => (await import('./commands/validate.js')).validate(dir, options))

  program
    .command('export <run> <to>')
    .description('write the model of a run for others')
    .addOption(
      new Option('--format <name>', 'a folder for load_learner and TensorFlow.js, a file of ONNX, or of Keras')
        .choices(['tfjs', 'onnx', 'keras'])
        .default('tfjs'),
    )
    .option(...backendOption)
    .addHelpText(
      'after',
      examples(['onecycle export runs/churn-1 model'], ['onecycle export runs/churn-1 churn.onnx --format onnx']),
    )
    .action(async (dir, to, options) => (await import('./commands/export.js')).exportRun(dir, to, options))

  program
    .command('watch [run]')
    .description('serve a live page over a run, and those beside it: a name, a folder, a log (default: the newest)')
    .option('--runs <folder>', 'where runs are', 'runs')
    .option('--port <n>', 'where it is served (default: the first that is free from 7400 on)', wholeNumber(1))
    .option('--host <address>', 'who may reach it (default: 127.0.0.1, this machine alone)')
    .option('--json', 'print the address as JSON')
    .addHelpText('after', examples(['onecycle watch'], ['onecycle watch churn-1 --port 8080', 'the same address each time']))
    .action(async (name, options) => (await import('./commands/watch.js')).watch(name, options))

  const runs = program
    .command('runs')
    .description('list, show, compare, draw and remove runs')
    .option('--runs <folder>', 'where runs are', 'runs')
    .option('--json', 'print it as JSON')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['onecycle runs list'],
        ['onecycle runs compare churn-1 churn-2'],
        ['onecycle runs plot churn-1 losses --out losses.png'],
      ),
    )
  const commands = () => import('./commands/runs.js')
  const withOwn = (own: object) => ({ ...runs.opts<{ runs: string; json?: boolean }>(), ...own })
  runs
    .command('list')
    .description('the runs in a folder, the newest first')
    .action(async () => (await commands()).list(withOwn({})))
  runs
    .command('show <run>')
    .description('what a run was of, and how it went')
    .action(async name => (await commands()).show(name, withOwn({})))
  runs
    .command('compare <runs...>')
    .description('in what runs differ, and their curves')
    .option('--out <file>', 'write the pictures')
    .action(async (names, own) => (await commands()).compare(names, withOwn(own)))
  runs
    .command('plot <run> [what]')
    .description('draw losses (default), lr, metrics or lr_find')
    .option('--out <file>', 'write the picture')
    .action(async (name, what = 'losses', own) => {
      if (!['losses', 'lr', 'metrics', 'lr_find'].includes(what))
        throw new Error(`There is no plot ${what} of a run; expected one of losses, lr, metrics, lr_find.`)
      await (await commands()).plot(name, what, withOwn(own))
    })
  runs
    .command('export <run> <to>')
    .description('as onecycle export')
    .action(async (name, to) =>
      (await import('./commands/export.js')).exportRun(`${runs.opts()['runs']}/${name}`, to, { format: 'tfjs' }),
    )
  runs
    .command('rm <runs...>')
    .description('remove runs for good')
    .option('--yes', 'do not ask')
    .action(async (names, own) => (await commands()).remove(names, withOwn(own)))
}

function addPredict(program: Command): void {
  program
    .command('predict <model> <data>')
    .description('predict the rows of a file with a run, or a folder that learn.export wrote, and write both as CSV')
    .option('-o, --out <file>', 'where they go', 'predictions.csv')
    .option('--keep <columns...>', 'columns of the rows that are written too (default: all)')
    .option('--prefix <text>', 'what the names of predicted columns begin with')
    .option('--no-probs', 'leave probabilities out')
    .option('--sep <text>', 'what stands between cells of a CSV file (default: what its first line says)')
    .option('--missing <texts...>', 'cells that say that nothing is known (default: as in training)')
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
    .command('completion <shell>')
    .description('print what completes commands and options in bash, zsh or fish')
    .addHelpText('after', examples(['source <(onecycle completion bash)'], ['onecycle completion fish | source']))
    .action(async shell => {
      if (!['bash', 'zsh', 'fish'].includes(shell))
        throw new Error(`There is no completion for ${shell}; expected bash, zsh or fish.`)
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
