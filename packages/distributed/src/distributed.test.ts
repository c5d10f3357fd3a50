// Alone: what begins MPI writes into the environment.
import { afterEach, expect, test, vi } from 'vitest'
import { distributed } from './distributed.js'
import { startedBy } from './mpi/started-by.js'

afterEach(() => vi.unstubAllEnvs())

test('a process by itself is rank 0 of 1, and changes nothing', async () => {
  const comm = await distributed()
  expect([comm.rank, comm.size]).toEqual([0, 1])
  const values = Float32Array.of(1, 2)
  comm.allreduce(values)
  comm.broadcast(values)
  comm.barrier()
  expect([...values]).toEqual([1, 2])
  expect(() => comm.abort('the data is gone')).toThrow('the data is gone')
  comm.close()
})

test('options are checked', async () => {
  await expect(distributed({ timeOut: 3 } as never)).rejects.toThrow('distributed has no option timeOut. Did you mean timeout?')
  await expect(distributed({ timeout: 0 })).rejects.toThrow('timeout of distributed must be a number above 0, but it is 0.')
  await expect(distributed({ library: 3 } as never)).rejects.toThrow('distributed: library must be a string, but it is 3.')
  await distributed({ timeout: Number.POSITIVE_INFINITY })
})

test('a library that is not there is an error that names it', async () => {
  vi.stubEnv('PMI_RANK', '0')
  vi.stubEnv('PMI_SIZE', '1')
  await expect(distributed({ library: '/no/such/libmpi.so' })).rejects.toThrow('/no/such/libmpi.so')
})

test.each([
  [{}, undefined],
  [{ OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '3', PMIX_RANK: '1' }, [1, 3, 'Open MPI']],
  [{ PMI_RANK: '2', PMI_SIZE: '4' }, [2, 4, 'MPICH']],
  [{ PMIX_RANK: '0', SLURM_STEP_NUM_TASKS: '2', SLURM_PROCID: '0' }, [0, 2, 'Open MPI']],
  [{ PMIX_RANK: '5' }, [5, undefined, 'Open MPI']],
  // A batch script of Slurm, and a shell that srun has started.
  [{ SLURM_PROCID: '0', SLURM_NTASKS: '8' }, undefined],
  [{ SLURM_PROCID: '0', SLURM_STEP_NUM_TASKS: '1' }, undefined],
  [{ PMI_RANK: '' }, undefined],
] as const)('%o is read', (env, expected) => {
  const start = startedBy(env)
  expect(start && [start.rank, start.size, start.engines[0]]).toEqual(expected)
})

test('ranks that cannot find each other are told how to', () => {
  expect(() => startedBy({ SLURM_PROCID: '1', SLURM_STEP_NUM_TASKS: '2' })).toThrow('srun --mpi=pmix')
})
