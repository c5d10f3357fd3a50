import { watchRuns } from '@onecycle/recorder'
import chalk, { chalkStderr } from 'chalk'

export interface WatchOptions {
  readonly runs: string
  readonly port?: number
  readonly host?: string
  readonly json?: boolean
}

/** Serves the live page over a run, and those beside it, until somebody ends it. */
export async function watch(name: string | undefined, { runs, port, host, json = false }: WatchOptions): Promise<void> {
  const { address, run } = await watchRuns({ runs, run: name, port, host })
  console.log(json ? JSON.stringify({ address, run }) : chalk.cyan(address))
  console.error(chalkStderr.dim(`Shows ${run}. Ctrl-C ends it.`))
  // The page alone keeps no process alive.
  await new Promise(() => setInterval(() => {}, 2 ** 30))
}
