import type { MpiDiagnosis } from '@onecycle/distributed/internal'
import chalk from 'chalk'

/** What there is here of MPI, for people. */
export function mpiLines({ koffi, mpiexecs, libraries, started }: MpiDiagnosis): string[] {
  const needed = 'only needed to train as several processes, on this machine or more'
  if (mpiexecs.length === 0 && libraries.length === 0)
    return [`${chalk.bold('MPI')}  none here: install MPICH or Open MPI`, chalk.dim(`  ${needed}`)]
  return [
    `${chalk.bold('MPI')}`,
    ...(started ? [`  this process is rank ${started.rank}, started by ${started.by}`] : []),
    ...mpiexecs.map(
      ({ path, version }, i) => `  ${version.padEnd(17)} ${path}${i === 0 ? chalk.green(' ← used by onecycle launch') : ''}`,
    ),
    ...libraries.map(
      ({ engine, file, version, standardAbi }) =>
        `  ${engine.padEnd(9)} library ${file}: ${shortened(version)}${standardAbi ? ', standard binary interface' : ''}`,
    ),
    ...(koffi === true
      ? []
      : [`  ${chalk.yellow('koffi is not installed, which calls it:')} ${chalk.cyan('npm install koffi')}`]),
  ]
}

/** Without who built it when. */
function shortened(version: string): string {
  return version.split(',')[0]!.replace(/^MPICH Version:\s*/, 'MPICH ')
}
