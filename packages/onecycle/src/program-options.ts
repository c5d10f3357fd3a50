import { type Command, Option } from 'commander'
import { threadCount } from './options.js'

/** Options of all commands that compute. */
export function addBackend(command: Command): Command {
  return command
    .option('--backend <name>', 'node-gpu, webgpu, node, wasm or cpu (default: ONECYCLE_BACKEND, or the best one here)')
    .option('--threads <n>', 'threads of the wasm backend, or auto for a trial (default: ONECYCLE_THREADS, or 1)', threadCount)
}

/** Options of all commands that train. */
export function addProgress(command: Command): Command {
  const how = new Option('--progress <how>', 'bars, plain lines, lines of JSON on standard output, or nothing')
  return command
    .addOption(how.choices(['bar', 'plain', 'json', 'silent']).default('bar'))
    .option('--no-progress', 'as --progress silent')
}

export const tuiOption = ['--tui', 'show it on the whole terminal, with keys to pause, stop and keep a checkpoint'] as const
