import { plainError } from '@onecycle/platform'
import { list } from '../list.js'
import { begin } from './engine.js'
import { loadKoffi, type Open } from './koffi.js'
import { leaveLastWords } from './last-words.js'
import { findLibrary, libraryNames, type MpiLibrary, openMpiLibrary } from './library.js'
import { mournByProcess } from './mourner.js'
import { MpiCommunicator } from './mpi-communicator.js'
import { namesOfRanks } from './names.js'
import type { Start } from './started-by.js'

/**
 * Begins MPI in this process.
 *
 * @param timeout in seconds
 * @param file name or path of MPI's library; undefined to look for it
 */
export async function beginMpi(start: Start, timeout: number, file: string | undefined): Promise<MpiCommunicator> {
  // UCX, which both engines use, would take the signals by which V8 notices what lies outside of wasm's memory for errors.
  process.env['UCX_HANDLE_ERRORS'] ??= 'none'
  // To try how it hears of memory, UCX moves the end of the heap up and back down: what a thread of Node took there meanwhile would be gone.
  process.env['UCX_MEM_EVENTS'] ??= 'n'
  const open = await loadKoffi({ global: true })
  const library = file === undefined ? look(open, start) : openMpiLibrary(open, file)
  // Before MPI begins: a process that has begun is better not copied.
  const hasSpoken = mournByProcess(start)
  const engine = begin(library, open)
  if (start.size !== undefined && engine.size !== start.size) {
    hasSpoken()
    throw plainError(
      'mpi-library',
      `${start.by} started ${start.size} processes, but ${library.file} (${library.version}) finds ${engine.size}: it is the library of another MPI. Give the right one by ONECYCLE_MPI or distributed({ library }).`,
    )
  }
  const comm = new MpiCommunicator(engine, timeout, namesOfRanks(engine))
  leaveLastWords(comm, hasSpoken)
  return comm
}

function look(open: Open, { by, engines }: Start): MpiLibrary {
  for (const engine of engines) {
    const library = findLibrary(open, engine)
    if (library) return library
  }
  const wanted = engines.map(engine => `${engine} (${libraryNames(engine).join(', ')})`)
  throw plainError(
    'mpi-library',
    `This process was started by ${by}, but there is no library of ${list(wanted)} where the system looks, nor beside the mpiexec of the path. Give its path by ONECYCLE_MPI or distributed({ library }).`,
  )
}
