import { isMainThread } from 'node:worker_threads'
import type { Communicator } from '@onecycle/learner'
import { checkNumber, checkOptions, kind, plainError } from '@onecycle/platform'
import { Alone } from './alone.js'
import { type Start, startedBy } from './mpi/started-by.js'

/** What `distributed` is given: how long ranks wait for each other, and the library that carries messages. */
export interface DistributedOptions {
  /** In seconds: so long a rank is waited for, and then all end with its number. Default 30. Infinity waits for ever. */
  timeout?: number
  /**
   * Name or path of MPI's library. Default: ONECYCLE_MPI, or that of the implementation whose mpiexec or srun started this process, where the
   * system looks for libraries and beside the mpiexec of the path.
   */
  library?: string
}

let begun: Promise<Communicator> | undefined

/**
 * The ranks of one training, which `mpiexec -n 4 node train.js`, `srun` or `onecycle launch -n 4 train.js` started. A process that nothing
 * started together with others is rank 0 of 1, and trains as if nothing were there.
 *
 * It calls the MPI library of the machine (MPICH and its kin, Open MPI, or any with MPI 5's binary interface) by the package koffi, which is to be
 * installed beside this one. What one rank does, all do: a rank that fails, is killed, or does not come to where the others wait ends
 * all, and its number and the reason are said on standard error. A process can begin MPI once: called again, it gives the same ranks.
 *
 * @throws Error where koffi or MPI's library is missing, or another implementation's library was found than started this process
 * @example
 * import { distributed } from '@onecycle/distributed'
 *
 * const comm = await distributed()
 * console.log(`rank ${comm.rank} of ${comm.size}`)
 * await comm.close()
 */
export async function distributed(options: DistributedOptions = {}): Promise<Communicator> {
  checkOptions<DistributedOptions>('distributed', options, { timeout: kind.number, library: kind.string })
  const { timeout = 30, library = process.env['ONECYCLE_MPI'] } = options
  if (timeout !== Number.POSITIVE_INFINITY) checkNumber('timeout of distributed', timeout, { above: 0 })
  const start = startedBy(process.env)
  if (!start) return new Alone()
  if (!isMainThread)
    throw plainError(
      'mpi-thread',
      'distributed() was called in a worker: MPI belongs to the main thread of a process, a rank each.',
    )
  begun ??= begin(start, timeout, library)
  return begun
}

async function begin(start: Start, timeout: number, library: string | undefined): Promise<Communicator> {
  const { beginMpi } = await import('./mpi/begin.js')
  return beginMpi(start, timeout, library)
}
