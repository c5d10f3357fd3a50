import type { Address } from './functions.js'
import type { Machine } from './machine.js'
import { divide } from './parts.js'

interface Product {
  readonly m: number
  readonly n: number
  readonly k: number
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  readonly bias?: Address
  /** As `storedActivation` numbers them. */
  readonly activation?: number
}

/**
 * Prepares out[m, n] = activation(op(a)[m, k] op(b)[k, n] + bias[n]) for any number of matrices, until scratch memory is asked for
 * again. Threads divide the longer side of the product, since each of them packs all that belongs to the other one; no sum is divided,
 * so that the bits are the same for any number of them.
 */
export function multiplication(
  machine: Machine,
  { m, n, k, transposeA = false, transposeB = false, bias = 0, activation = 0 }: Product,
): (a: Address, b: Address, out: Address) => void {
  const [aRow, bRow, outRow] = [4 * (transposeA ? m : k), 4 * (transposeB ? k : n), 4 * n]
  const byRows = m >= n
  const parts = divide(machine.threads, byRows ? m : n, 2 * m * n * k, byRows ? 6 : 16)
  const scratch = machine.regions(...parts.map(({ count }) => machine.run.gemmScratchBytes(byRows ? n : count)))
  return (a, b, out) =>
    machine.parallel(
      parts.map(({ index, first, count }) => {
        const left = byRows ? a + first * (transposeA ? 4 : aRow) : a
        const right = byRows ? b : b + first * (transposeB ? bRow : 4)
        const [target, start] = byRows ? [out + first * outRow, bias] : [out + 4 * first, bias && bias + 4 * first]
        const [rows, columns] = byRows ? [count, n] : [m, count]
        const operands = [left, +transposeA, aRow, right, +transposeB, bRow, target, outRow] as const
        return ['gemm', ...operands, rows, columns, k, start, activation, scratch[index]!]
      }),
    )
}
