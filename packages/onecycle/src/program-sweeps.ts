import type { Command } from 'commander'
import { examples } from './examples.js'
import { wholeNumber } from './options.js'
import { addBackend } from './program-options.js'

const defaultQueue = 'redis://127.0.0.1:6379'

/** Many runs of one job, with other values each. */
export function addSweeps(program: Command): void {
  const sweep = program
    .command('sweep')
    .argument(
      '[config]',
      'a file of JSON or YAML: the keys of train, and space, trials, strategy, metric, mode, parallel, memory',
    )
    .description('try hyper-parameters: many trainings of a config file, compared by a figure; the same command goes on')
    .helpCommand(false)
    .option('--name <name>', 'what the sweep is called (default: as the file)')
    .option('--runs <folder>', 'where sweeps are (default: runs)')
    .option('--trials <n>', 'how many', wholeNumber(1))
    .option('--parallel <n>', 'processes at once (default: one a processor)', wholeNumber(1))
    .option('--memory <size>', 'what one process may take, such as 2GB')
    .option(
      '--queue <address>',
      `Redis, such as ${defaultQueue}: trials are run by onecycle worker, on any machine that shares the folder`,
    )
    .option('--retry-failed', 'try trials again that failed')
    .option('--no-progress', 'say nothing of trials that end')
    .option('--json', 'print what came of it as JSON')
  addBackend(sweep)
    .addHelpText(
      'after',
      examples(
        ['onecycle sweep job.yaml', 'runs it in runs/job, or goes on with it'],
        ['onecycle sweep job.yaml --trials 100', 'more of them: those that are over stay'],
        ['onecycle sweep show job', 'a table, and what matters'],
      ),
    )
    .action(async (config, options) => {
      if (config === undefined) sweep.error('error: there is no config: say which file describes the sweep.')
      await (await import('./commands/sweep.js')).sweep(config, { runs: 'runs', ...options })
    })
  sweep
    .command('show <sweep>')
    .description('the trials of a sweep, the best first, and how the figure hangs together with what differs')
    .option('--runs <folder>', 'where sweeps are (default: runs)')
    .option('--out <file>', 'write the pictures')
    .option('--json', 'print it as JSON')
    .action(async (name, own) => {
      const { showSweep } = await import('./commands/sweep-show.js')
      await showSweep(name, { runs: 'runs', ...sweep.opts<{ runs?: string; json?: boolean }>(), ...own })
    })

  const worker = program
    .command('worker')
    .description('run trials that sweeps put into a queue, until Ctrl-C')
    .option('--queue <address>', 'Redis', defaultQueue)
    .option('--parallel <n>', 'trials at once, a process each (default: one a processor)', wholeNumber(1))
    .option('--memory <size>', 'what one process may take, such as 2GB')
    .option('--idle <seconds>', 'end when there was nothing to do for so long', wholeNumber(1))
  addBackend(worker)
    .addHelpText('after', examples(['onecycle worker --queue redis://queue.example:6379 --parallel 4']))
    .action(async options => (await import('./commands/worker.js')).worker(options))
}
