import type { Communicator } from '@onecycle/learner'
import { plainError } from '@onecycle/platform'

type Reducible = Float32Array | Float64Array | Int32Array

/** Bytes of each rank that are put together at once. */
const piece = 2 ** 16
const [arrived, round, gone] = [0, 1, 2]
const headBytes = 64

/** The memory that so many ranks share. */
export function sharedBy(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(headBytes + size * piece)
}

/** Has all ranks that wait, or come to, end. */
export function endAll(memory: SharedArrayBuffer, rank: number): void {
  const head = new Int32Array(memory, 0, headBytes / 4)
  Atomics.compareExchange(head, gone, 0, rank + 1)
  Atomics.notify(head, round)
}

/** Ranks that are threads of one process. Each call waits in its thread, until all have come. */
export class ThreadCommunicator implements Communicator {
  readonly rank: number
  readonly size: number
  readonly #memory: SharedArrayBuffer
  readonly #head: Int32Array

  constructor(rank: number, size: number, memory: SharedArrayBuffer) {
    this.rank = rank
    this.size = size
    this.#memory = memory
    this.#head = new Int32Array(memory, 0, headBytes / 4)
  }

  allreduce(values: Reducible, op: 'sum' | 'max' | 'min' = 'sum'): void {
    const join = { sum: (a: number, b: number) => a + b, max: Math.max, min: Math.min }[op]
    this.#inPieces(values, (part, of) => {
      of(this.rank).set(part)
      this.barrier()
      const all = Array.from({ length: this.size }, (_, rank) => of(rank))
      for (let i = 0; i < part.length; i++) {
        let value = all[0]![i]!
        for (let rank = 1; rank < all.length; rank++) value = join(value, all[rank]![i]!)
        part[i] = value
      }
      this.barrier()
    })
  }

  broadcast(values: Reducible | Uint8Array, root = 0): void {
    this.#inPieces(values, (part, of) => {
      if (this.rank === root) of(root).set(part)
      this.barrier()
      part.set(of(root))
      this.barrier()
    })
  }

  barrier(): void {
    const head = this.#head
    const now = Atomics.load(head, round)
    if (Atomics.add(head, arrived, 1) === this.size - 1) {
      Atomics.store(head, arrived, 0)
      Atomics.add(head, round, 1)
      Atomics.notify(head, round)
    } else while (Atomics.load(head, round) === now && Atomics.load(head, gone) === 0) Atomics.wait(head, round, now, 1000)
    if (Atomics.load(head, round) === now)
      throw plainError('training-aborted', `Rank ${Atomics.load(head, gone) - 1} has ended, and all ranks end with it.`)
  }

  abort(reason: string): never {
    endAll(this.#memory, this.rank)
    throw plainError('training-aborted', `Rank ${this.rank} ends the training: ${reason}`)
  }

  close(): void {
    this.barrier()
  }

  /** @param work is given a part of the values, and the place of each rank for as many */
  #inPieces<T extends Reducible | Uint8Array>(values: T, work: (part: T, of: (rank: number) => T) => void): void {
    const Kind = values.constructor as new (memory: SharedArrayBuffer, at: number, length: number) => T
    const most = piece / values.BYTES_PER_ELEMENT
    for (let from = 0; from < values.length; from += most) {
      const part = values.subarray(from, from + most) as T
      work(part, rank => new Kind(this.#memory, headBytes + rank * piece, part.length))
    }
  }
}
