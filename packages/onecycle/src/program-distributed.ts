import type { Command } from 'commander'
import { examples } from './examples.js'
import { wholeNumber } from './options.js'

/** Options of `launch` that have a value behind them. */
const withValue = ['-n', '--ranks', '--mpiexec', '--mpiexec-args']

/** Training on several processes and machines. */
export function addDistributed(program: Command, ended: (code: number) => void): void {
  program
    .command('launch <program> [args...]')
    .description('run a program as several ranks that train as one, by the mpiexec that is here')
    .requiredOption('-n, --ranks <n>', 'how many', wholeNumber(1))
    .option('--mpiexec <which>', 'mpich, openmpi, or the path of one (default: the first of the path)')
    .option('--mpiexec-args <text>', 'what mpiexec itself is to be told, such as "-hosts a,b"')
    .addHelpText(
      'after',
      examples(
        ['onecycle launch -n 4 train.ts', 'four processes of this machine; TypeScript as it is written'],
        ['onecycle launch -n 2 --mpiexec openmpi train.js --epochs 3', 'what stands behind the program is its own'],
        ['onecycle launch -n 8 --mpiexec-args "-hosts a,b" train.js', 'on two machines that share the folder'],
      ),
    )
    .action(async (file, args, options) => ended(await (await import('./commands/launch.js')).launch(file, args, options)))
}

/** What the program of `launch` is called with set apart by `--`, so that its options are not taken for ours. */
export function programApart(args: readonly string[]): readonly string[] {
  const command = args.findIndex(arg => !arg.startsWith('-'))
  if (args[command] !== 'launch') return args
  let at = command + 1
  while (at < args.length && args[at]!.startsWith('-') && args[at] !== '--') at += withValue.includes(args[at]!) ? 2 : 1
  return at >= args.length || args[at] === '--' ? args : [...args.slice(0, at), '--', ...args.slice(at)]
}
