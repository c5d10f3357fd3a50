import { codeOf } from '@onecycle/platform'
import { watchRuns } from '@onecycle/recorder'
import chalk, { chalkStderr } from 'chalk'
import { UsageError } from '../usage-error.js'

export interface WatchOptions {
  readonly runs: string
  readonly port?: number
  readonly host?: string
  readonly json?: boolean
}

/**
 * Serves the live page over a run, and those beside it, until somebody ends it.
 *
 * @throws UsageError where there is no such run, and for what is no port or host: before anything is served
 */
export async function watch(name: string | undefined, { runs, port, host, json = false }: WatchOptions): Promise<void> {
  const { address, run } = await watchRuns({ runs, run: name, port, host }).catch(misused)
  console.log(json ? JSON.stringify({ address, run }) : chalk.cyan(address))
  console.error(chalkStderr.dim(`Shows ${run}. Ctrl-C ends it.`))
  // The page alone keeps no process alive.
  await new Promise(() => setInterval(() => {}, 2 ** 30))
}

/** What was asked for is at fault, and not what came of it, such as a port in use. */
function misused(error: Error): never {
  throw error instanceof TypeError || error instanceof RangeError
    ? new UsageError(codeOf(error, 'job-data'), error.message, { cause: error })
    : error
}
