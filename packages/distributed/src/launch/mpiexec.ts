import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { plainError } from '@onecycle/platform'
import { libraryNames } from '../mpi/library.js'
import type { Engine } from '../mpi/started-by.js'

/** A program that starts ranks. */
export interface Mpiexec {
  path: string
  engine: Engine
  /** What it says of itself, in one line. */
  version: string
  /** The library that its ranks call, where it lies beside it and not where the system looks. */
  library: string | undefined
}

/** As packages name them: Debian keeps several side by side. */
const names: Readonly<Record<Engine, readonly string[]>> = {
  MPICH: ['mpiexec', 'mpirun', 'mpiexec.mpich', 'mpiexec.hydra'],
  'Open MPI': ['mpiexec', 'mpirun', 'mpiexec.openmpi', 'mpirun.openmpi'],
}

/** All that there are on the path, each once, in its order. */
export function findMpiexecs(path = process.env['PATH'] ?? ''): Mpiexec[] {
  const all = [...new Set(Object.values(names).flat())]
  const programs = path
    .split(delimiter)
    .filter(Boolean)
    .flatMap(folder => all.map(name => join(folder, name)))
    .filter(isProgram)
  const real = programs.map(program => realpathSync(program))
  return programs.filter((_, i) => real.indexOf(real[i]!) === i).flatMap(program => identify(program) ?? [])
}

/**
 * The mpiexec to start ranks with: the one that is asked for, or the first of the path.
 *
 * @param asked the name of an engine, `mpich` or `openmpi`, or the path of an mpiexec
 * @throws Error where there is none, or what is asked for is none
 */
export function chooseMpiexec(asked: string | undefined): Mpiexec {
  const engine = asked === undefined ? undefined : engineNamed(asked)
  if (asked !== undefined && !engine) {
    const found = identify(asked)
    if (found) return found
    throw plainError('no-mpiexec', `${asked} is no mpiexec of MPICH, of its kin, or of Open MPI.`)
  }
  const found = findMpiexecs().find(each => !engine || each.engine === engine)
  if (found) return found
  throw plainError(
    'no-mpiexec',
    `There is no mpiexec${engine ? ` of ${engine}` : ''} on the path. Install MPICH or Open MPI (apt-get install mpich, brew install mpich, a module of your cluster), or say where it is by --mpiexec.`,
  )
}

function engineNamed(name: string): Engine | undefined {
  return { mpich: 'MPICH' as const, openmpi: 'Open MPI' as const }[name.toLowerCase()]
}

function identify(path: string): Mpiexec | undefined {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  if (!stdout) return undefined
  if (/open mpi|openrte|prrte/i.test(stdout)) return told(path, 'Open MPI', `Open MPI ${numberIn(stdout)}`)
  if (/intel\(r\) mpi/i.test(stdout)) return told(path, 'MPICH', `Intel MPI ${numberIn(stdout)}`)
  if (/hydra/i.test(stdout)) return told(path, 'MPICH', `MPICH ${numberIn(stdout)}`)
  return undefined
}

function told(path: string, engine: Engine, version: string): Mpiexec {
  const folder = join(dirname(dirname(realpathSync(path))), 'lib')
  // What a system installs is found by its name alone.
  const own = folder === '/usr/lib' ? [] : libraryNames(engine).map(name => join(folder, name))
  return { path, engine, version, library: own.find(existsSync) }
}

function numberIn(text: string): string {
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? ''
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
