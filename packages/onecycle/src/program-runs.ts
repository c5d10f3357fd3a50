import { type Command, Option } from 'commander'
import { examples } from './examples.js'
import { wholeNumber } from './options.js'
import { addBackend } from './program-options.js'
import { UsageError } from './usage-error.js'

const format = () =>
  new Option('--format <name>', 'a folder for load_learner and TensorFlow.js, a file of ONNX, or of Keras')
    .choices(['tfjs', 'onnx', 'keras'])
    .default('tfjs')

/** What is done with runs that are there. */
export function addRuns(program: Command): void {
  const validate = program
    .command('validate <run>')
    .description("measure a run's model again, on its validation data or on another table")
    .option('--data <file>', 'a table with the same columns')
    .option('--json', 'print the figures as JSON')
  addBackend(validate)
    .addHelpText(
      'after',
      examples(['onecycle validate runs/churn-1'], ['onecycle validate runs/churn-1 --data later.csv --json']),
    )
    .action(async (dir, options) => (await import('./commands/validate.js')).validate(dir, options))

  const exporting = program
    .command('export <run> <to>')
    .description('write the model of a run for others')
    .addOption(format())
    .option('--json', 'print where it is as JSON')
  addBackend(exporting)
    .addHelpText(
      'after',
      examples(['onecycle export runs/churn-1 model'], ['onecycle export runs/churn-1 churn.onnx --format onnx']),
    )
    .action(async (dir, to, options) => (await import('./commands/export.js')).exportRun(dir, to, options))

  program
    .command('watch [run]')
    .description('serve a live page over a run, and those beside it: a name, a folder, a log (default: the newest)')
    .option('--runs <folder>', 'where runs are', 'runs')
    .option('--port <n>', 'where it is served (default: the first that is free from 7400 on)', wholeNumber(1, 65_535))
    .option('--host <address>', 'who may reach it (default: 127.0.0.1, this machine alone)')
    .option('--json', 'print the address as JSON')
    .addHelpText('after', examples(['onecycle watch'], ['onecycle watch churn-1 --port 8080', 'the same address each time']))
    .action(async (name, options) => (await import('./commands/watch.js')).watch(name, options))

  addKept(program)
}

/** What is in a folder of runs. */
function addKept(program: Command): void {
  const runs = program
    .command('runs')
    .description('list, show, compare, draw, export and remove runs')
    .option('--runs <folder>', 'where runs are (default: runs)')
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
  /** Options stand before the command or behind it. */
  const all = (own: object) => ({ runs: 'runs', ...runs.opts<{ runs?: string; json?: boolean }>(), ...own })
  const command = (name: string, description: string) =>
    runs
      .command(name)
      .description(description)
      .option('--runs <folder>', 'where runs are (default: runs)')
      .option('--json', 'print it as JSON')
  command('list', 'the runs in a folder, the newest first').action(async own => (await commands()).list(all(own)))
  command('show <run>', 'what a run was of, and how it went').action(async (name, own) => (await commands()).show(name, all(own)))
  command('compare <runs...>', 'in what runs differ, and their curves')
    .option('--out <file>', 'write the pictures')
    .action(async (names, own) => (await commands()).compare(names, all(own)))
  command('plot <run> [what]', 'draw losses (default), lr, metrics or lr_find')
    .option('--out <file>', 'write the picture')
    .action(async (name, what = 'losses', own) => {
      if (!['losses', 'lr', 'metrics', 'lr_find'].includes(what))
        throw new UsageError('unknown-choice', `There is no plot ${what} of a run; expected one of losses, lr, metrics, lr_find.`)
      await (await commands()).plot(name, what, all(own))
    })
  addBackend(command('export <run> <to>', 'as onecycle export').addOption(format())).action(async (name, to, own) =>
    (await commands()).exportNamed(name, to, all(own) as never),
  )
  command('rm <runs...>', 'remove runs for good')
    .option('--yes', 'do not ask')
    .action(async (names, own) => (await commands()).remove(names, all(own)))
}
