import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { plainError } from '@onecycle/platform'
import { type Handles, mpich, openMpi, standard } from './handles.js'
import type { Argument, Library, Open } from './koffi.js'
import type { Engine } from './started-by.js'

/** A library of MPI that is open, and not yet begun. */
export interface MpiLibrary {
  /** Name or path that it was opened by. */
  file: string
  engine: Engine
  /** Whether its handles are those of MPI 5's standard binary interface. */
  standardAbi: boolean
  /** What it says of itself, in one line. */
  version: string
  handles: Handles
  /** A function of MPI, whose name is given without `MPI_`. It throws where MPI gives an error. */
  bind(name: string, args: readonly ('handle' | 'int' | 'int64' | 'void *')[]): (...values: Argument[]) => void
}

/** The versions that are common, without the endings of a platform. */
const names: Readonly<Record<Engine, readonly (readonly [name: string, version: string])[]>> = {
  'Open MPI': [['mpi', '40']],
  MPICH: [
    ['mpich', '12'],
    ['mpi', '12'],
    ['mpi_abi', '0'],
    ['mpi_abi', '1'],
  ],
}

/** Names of an engine's libraries, as the system looks for them. */
export function libraryNames(engine: Engine, platform: NodeJS.Platform = process.platform): string[] {
  return names[engine].map(([name, version]) =>
    platform === 'darwin' ? `lib${name}.${version}.dylib` : `lib${name}.so.${version}`,
  )
}

/**
 * The first library of an engine that there is: where the system looks, and where the mpiexecs of the path have theirs.
 *
 * @returns undefined where there is none
 */
export function findLibrary(open: Open, engine: Engine, path = process.env['PATH'] ?? ''): MpiLibrary | undefined {
  const files = libraryNames(engine)
  const folders = path
    .split(delimiter)
    .flatMap(folder => ['mpiexec', 'mpirun'].map(name => join(folder, name)).filter(existsSync))
    .map(program => join(dirname(dirname(realpathSync(program))), 'lib'))
  for (const file of [...files, ...[...new Set(folders)].flatMap(folder => files.map(name => join(folder, name)))]) {
    try {
      const library = openMpiLibrary(open, file)
      if (library.engine === engine) return library
    } catch {
      // Not there, or for another processor.
    }
  }
  return undefined
}

/**
 * Opens a library of MPI by its name or path.
 *
 * @throws Error where there is none, or what is there is no MPI
 */
export function openMpiLibrary(open: Open, file: string): MpiLibrary {
  const library = openOrSay(open, file)
  const version = versionOf(library)
  const own = openMpi(library)
  const standardAbi = !own && /mpi_abi/.test(file)
  const handles = own ?? (standardAbi ? standard : mpich)
  return {
    file,
    engine: own || /open mpi/i.test(version) ? 'Open MPI' : 'MPICH',
    standardAbi,
    version,
    handles,
    bind(name, args) {
      const types = args.map(type => (type === 'handle' ? handles.passedAs : type))
      const call = library.bind(`MPI_${name}`, types)
      return (...values) => {
        const code = call(...values)
        if (code !== 0) throw plainError('mpi-failed', `MPI_${name} failed with code ${code}.`)
      }
    },
  }
}

function openOrSay(open: Open, file: string): Library {
  try {
    return open(file)
  } catch (cause) {
    throw plainError('mpi-library', `The library ${file} could not be opened: ${(cause as Error).message}.`, { cause })
  }
}

/** May be asked before MPI begins. */
function versionOf({ bind }: Library): string {
  const text = new Uint8Array(8192)
  const length = new Int32Array(1)
  bind('MPI_Get_library_version', ['void *', 'void *'])(text, length)
  const [line = ''] = new TextDecoder().decode(text.subarray(0, length[0])).split('\n')
  return line.replaceAll(/\0/g, '').replaceAll(/\s+/g, ' ').trim()
}
