import { plainError } from '@onecycle/platform'

/** An implementation of MPI. */
export type Engine = 'MPICH' | 'Open MPI'

/** What started this process together with others, as its environment says. */
export interface Start {
  /** For people. */
  by: string
  rank: number
  /** How many there are; undefined where the environment does not say. */
  size: number | undefined
  /** Whose library this process has to call, the likeliest first: another one finds only itself. */
  engines: readonly [Engine, ...Engine[]]
}

const starters: readonly { by: string; rank: string; size: string; engines: Start['engines'] }[] = [
  { by: "Open MPI's mpiexec", rank: 'OMPI_COMM_WORLD_RANK', size: 'OMPI_COMM_WORLD_SIZE', engines: ['Open MPI'] },
  { by: 'mpiexec or srun with PMI', rank: 'PMI_RANK', size: 'PMI_SIZE', engines: ['MPICH'] },
  { by: 'mpiexec or srun with PMIx', rank: 'PMIX_RANK', size: 'SLURM_STEP_NUM_TASKS', engines: ['Open MPI', 'MPICH'] },
]

/**
 * What started this process together with others; undefined where it is by itself.
 *
 * @throws Error where Slurm started several processes and gave them no way to find each other
 */
export function startedBy(env: NodeJS.ProcessEnv): Start | undefined {
  for (const { by, rank, size, engines } of starters) {
    const own = wholeNumber(env[rank])
    if (own !== undefined) return { by, rank: own, size: wholeNumber(env[size]), engines }
  }
  // A batch script of Slurm has SLURM_PROCID too, and is one process; steps are what srun starts.
  if ((wholeNumber(env['SLURM_STEP_NUM_TASKS']) ?? 1) > 1)
    throw plainError(
      'mpi-library',
      'srun started several processes, but gave them no way to find each other: use srun --mpi=pmix for Open MPI, srun --mpi=pmi2 for MPICH (srun --mpi=list says what this Slurm has), or mpiexec in the batch script.',
    )
  return undefined
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
