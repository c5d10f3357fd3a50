import type { Address, Call } from './functions.js'
import type { Machine } from './machine.js'

/** A range of a kernel's work, for one thread. */
export interface Part {
  readonly index: number
  readonly first: number
  readonly count: number
}

/**
 * The least work, in floating-point operations, that is worth a thread of its own: about 10 microseconds. A worker that is looking for
 * the next kernel, as it does during a step, has it in 1 microsecond; one that fell asleep takes 10 to 50.
 */
const WORTH = 200_000

/** What passing over a number in memory counts as, in floating-point operations. */
export const TOUCH = 10

/**
 * Divides `total` things among threads: parts of equal size, in whole multiples of `step` but for the last, and fewer of them where
 * there is too little work. There is always one part.
 *
 * @param work of all of it, in floating-point operations
 */
export function divide(threads: number, total: number, work: number, step = 1): Part[] {
  const steps = Math.ceil(total / step)
  const count = Math.max(1, Math.min(threads, steps, Math.floor(work / WORTH)))
  const size = Math.ceil(steps / count) * step
  const parts = [{ index: 0, first: 0, count: Math.min(size, total) }]
  for (let first = size; first < total; first += size)
    parts.push({ index: parts.length, first, count: Math.min(size, total - first) })
  return parts
}

/**
 * Runs a kernel over `n` adjacent numbers of any tensors.
 *
 * @param call for `count` of them, that lie `at` bytes from the first
 */
export function overNumbers(machine: Machine, n: number, call: (at: number, count: number) => Call): void {
  machine.parallel(divide(machine.threads, n, TOUCH * n, 16).map(({ first, count }) => call(4 * first, count)))
}

/**
 * Runs a kernel that sums over the things divided: each part into memory of its own, and then one after the other into `out`, so that
 * the same number of threads adds in the same order every time.
 *
 * @param size how many numbers the sum has
 * @param scratchBytes what one part needs besides
 */
export function sumOfParts<Each extends Part>(
  machine: Machine,
  parts: readonly Each[],
  out: Address,
  size: number,
  scratchBytes: (part: Each) => number,
  call: (part: Each, out: Address, scratch: Address) => Call,
): void {
  if (parts.length === 1) {
    machine.parallel([call(parts[0]!, out, machine.scratch(scratchBytes(parts[0]!)))])
    return
  }
  const regions = machine.regions(...parts.flatMap(part => [part.index > 0 ? 4 * size : 0, scratchBytes(part)]))
  const sums = parts.map(({ index }) => (index > 0 ? regions[2 * index]! : out))
  machine.parallel(parts.map(part => call(part, sums[part.index]!, regions[2 * part.index + 1]!)))
  for (const sum of sums.slice(1)) machine.run.addRow(out, sum, out, 1, size)
}
