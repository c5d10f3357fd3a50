import { findMpiexecs, type Mpiexec } from './launch/mpiexec.js'
import { loadKoffi } from './mpi/koffi.js'
import { findLibrary } from './mpi/library.js'
import { type Engine, type Start, startedBy } from './mpi/started-by.js'

/** What there is here of what several processes need to train as one. */
export interface MpiDiagnosis {
  /** Whether the package koffi is installed; the reason where it is not. */
  koffi: true | string
  /** The mpiexecs of the path. */
  mpiexecs: Mpiexec[]
  /** Libraries that would be called, by the engine whose mpiexec started a process. Only where koffi is installed. */
  libraries: { engine: Engine; file: string; version: string; standardAbi: boolean }[]
  /** What started this process together with others. */
  started: Start | undefined
}

/** Looks for what MPI needs, and begins nothing. */
export async function diagnoseMpi(): Promise<MpiDiagnosis> {
  const mpiexecs = findMpiexecs()
  const started = startedBy(process.env)
  const open = await loadKoffi({ global: false }).catch(error => (error as Error).message)
  if (typeof open === 'string') return { koffi: open, mpiexecs, libraries: [], started }
  const libraries = (['MPICH', 'Open MPI'] as const).flatMap(engine => {
    const found = findLibrary(open, engine)
    return found ? [{ engine, file: found.file, version: found.version, standardAbi: found.standardAbi }] : []
  })
  return { koffi: true, mpiexecs, libraries, started }
}
