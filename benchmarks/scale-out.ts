/** What a network between machines does. */
export interface Network {
  name: string
  /** Bytes a second, each way. */
  bandwidth: number
  /** Seconds from one program to another. */
  latency: number
}

/** Latencies that such networks have, of TCP and of RDMA: assumed, not measured. */
export const networks: readonly Network[] = [
  { name: '10 Gbit/s, TCP', bandwidth: 10e9 / 8, latency: 30e-6 },
  { name: '100 Gbit/s, RDMA', bandwidth: 100e9 / 8, latency: 3e-6 },
]

/**
 * Seconds that an allreduce of so many bytes takes over a network, by the model of Thakur, Rabenseifner and Gropp (Optimization of Collective
 * Communication Operations in MPICH, 2005): the faster one of recursive doubling, and of a reduce-scatter with an allgather behind it.
 *
 * @param adding seconds that a byte takes to be added, as measured within one machine
 */
export function allreduceOver({ bandwidth, latency }: Network, ranks: number, bytes: number, adding: number): number {
  if (ranks === 1) return 0
  const rounds = Math.ceil(Math.log2(ranks))
  const doubling = rounds * (latency + bytes / bandwidth + bytes * adding)
  const part = (ranks - 1) / ranks
  const scattering = 2 * rounds * latency + 2 * part * (bytes / bandwidth) + part * bytes * adding
  return Math.min(doubling, scattering)
}

/** What ranks of the same batch each are worth of as many times one: the sum of gradients comes behind each step, and nothing goes on meanwhile. */
export function efficiency(step: number, allreduce: number): number {
  return step / (step + allreduce)
}
