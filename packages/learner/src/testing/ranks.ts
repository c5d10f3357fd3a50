import type { Communicator } from '../distributed/communicator.js'

type Values = Float32Array | Float64Array | Int32Array | Uint8Array
interface Call {
  readonly what: string
  readonly values: Values
  resolve(): void
  reject(error: unknown): void
}

/** Ranks in one thread, which wait for each other by promises. All call the same, or all are refused. */
export function ranksInOneThread(size: number): Communicator[] {
  const waiting: (Call | undefined)[] = new Array(size).fill(undefined)
  let gone: Error | undefined
  const end = (error: Error) => {
    gone ??= error
    for (const [rank, call] of waiting.entries()) {
      waiting[rank] = undefined
      call?.reject(error)
    }
  }
  const meet = (rank: number, what: string, values: Values, work: (all: readonly Values[]) => void) =>
    new Promise<void>((resolve, reject) => {
      if (gone) return reject(gone)
      waiting[rank] = { what, values, resolve, reject }
      if (waiting.includes(undefined)) return
      const calls = waiting.splice(0, size, ...new Array(size).fill(undefined)) as Call[]
      const kinds = calls.map(call => `${call.what} of ${call.values.length}`)
      if (kinds.some(kind => kind !== kinds[0])) {
        const error = new Error(`Ranks call different things: ${kinds.join(', ')}.`)
        for (const call of calls) call.reject(error)
        return
      }
      work(calls.map(call => call.values))
      for (const call of calls) call.resolve()
    })
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    allreduce: (values, op = 'sum') =>
      meet(rank, op, values, all => {
        const join = { sum: (a: number, b: number) => a + b, max: Math.max, min: Math.min }[op]
        const result = all[0]!.map((_, i) => all.map(each => each[i]!).reduce((a, b) => join(a, b)))
        for (const each of all) each.set(result)
      }),
    broadcast: (values, root = 0) =>
      meet(rank, `broadcast from ${root}`, values, all => {
        for (const each of all) if (each !== all[root]) each.set(all[root]!)
      }),
    barrier: () => meet(rank, 'barrier', new Uint8Array(0), () => {}),
    abort: reason => end(new Error(`Rank ${rank} ended all: ${reason}`)),
    close() {},
  }))
}
