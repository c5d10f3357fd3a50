import { existsSync } from 'node:fs'
import { launch as launchRanks } from '@onecycle/distributed/internal'
import { UsageError } from '../usage-error.js'

interface Options {
  ranks: number
  mpiexec?: string
  mpiexecArgs?: string
}

/** Runs a program as several ranks, and gives the exit code. */
export async function launch(
  program: string,
  args: readonly string[],
  { ranks, mpiexec, mpiexecArgs }: Options,
): Promise<number> {
  if (!existsSync(program)) throw new UsageError('no-program', `There is no program ${program}.`)
  return launchRanks({ n: ranks, program, args, mpiexec, mpiexecArgs: mpiexecArgs?.split(/\s+/).filter(Boolean) ?? [] })
}
