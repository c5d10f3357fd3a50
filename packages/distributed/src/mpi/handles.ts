import type { Library } from './koffi.js'

/** What an implementation has for the names of MPI's constants: numbers, or addresses of variables. */
export interface Handles {
  /** How a handle is passed. */
  passedAs: 'int' | 'int64'
  world: number | bigint
  float32: number | bigint
  float64: number | bigint
  int32: number | bigint
  uint8: number | bigint
  sum: number | bigint
  max: number | bigint
  min: number | bigint
  /** In place of what is sent: it lies where the result goes. */
  inPlace: bigint
  /** In place of a status that nobody wants. */
  ignore: bigint
}

/** MPICH's, and those of all that share its binary interface: Intel MPI, MVAPICH, Cray MPICH. */
export const mpich: Handles = {
  passedAs: 'int',
  world: 0x44000000,
  float32: 0x4c00040a,
  float64: 0x4c00080b,
  int32: 0x4c000405,
  uint8: 0x4c00010d,
  sum: 0x58000003,
  max: 0x58000001,
  min: 0x58000002,
  inPlace: -1n,
  ignore: 1n,
}

/** Those of MPI 5's standard binary interface, as `libmpi_abi` has them. */
export const standard: Handles = {
  passedAs: 'int64',
  world: 0x101n,
  float32: 0x210n,
  float64: 0x214n,
  int32: 0x209n,
  uint8: 0x247n,
  sum: 0x21n,
  max: 0x23n,
  min: 0x22n,
  inPlace: 1n,
  ignore: 0n,
}

/** Open MPI's, which are addresses in its library; undefined for another one. */
export function openMpi({ addressOf }: Library): Handles | undefined {
  if (addressOf('ompi_mpi_comm_world') === undefined) return undefined
  const address = (name: string) => addressOf(`ompi_mpi_${name}`)!
  return {
    passedAs: 'int64',
    world: address('comm_world'),
    float32: address('float'),
    float64: address('double'),
    int32: address('int'),
    uint8: address('byte'),
    sum: address('op_sum'),
    max: address('op_max'),
    min: address('op_min'),
    inPlace: 1n,
    ignore: 0n,
  }
}
