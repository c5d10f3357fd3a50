import type { Argument, Open } from './koffi.js'
import type { MpiLibrary } from './library.js'

/** A request that MPI works on; 8 bytes hold that of any implementation. */
export type Request = BigInt64Array

export type Reducible = Float32Array | Float64Array | Int32Array
export type Operation = 'sum' | 'max' | 'min'

/** What is asked of MPI here, of a library that has begun. */
export interface MpiEngine {
  readonly rank: number
  readonly size: number
  /** Starts to reduce `values` in place. */
  allreduce(values: Reducible, operation: Operation, request: Request): void
  broadcast(values: Reducible | Uint8Array, root: number, request: Request): void
  barrier(request: Request): void
  /** Whether a request is done; lets MPI go on with it. */
  test(request: Request): boolean
  send(bytes: Uint8Array, to: number, request: Request): void
  /** Takes what has come from a rank; false where nothing has. */
  receive(bytes: Uint8Array, from: number): boolean
  /** Ends all processes. */
  abort(code: number): void
  finalize(): void
  /** Lets another thread or process have the core. */
  yield(): void
}

/** Any number that nobody else uses. */
const tag = 11

/** Begins MPI. A process can do that once. */
export function begin({ bind, handles }: MpiLibrary, open: Open): MpiEngine {
  const { world, inPlace, ignore } = handles
  const number = new Int32Array(1)
  const read = (name: string) => {
    bind(name, ['handle', 'void *'])(world, number)
    return number[0]!
  }
  bind('Init', ['int64', 'int64'])(0n, 0n)
  const rank = read('Comm_rank')
  const size = read('Comm_size')

  const allreduce = bind('Iallreduce', ['int64', 'void *', 'int', 'handle', 'handle', 'handle', 'void *'])
  const broadcast = bind('Ibcast', ['void *', 'int', 'handle', 'int', 'handle', 'void *'])
  const barrier = bind('Ibarrier', ['handle', 'void *'])
  const test = bind('Test', ['void *', 'void *', 'int64'])
  const send = bind('Isend', ['void *', 'int', 'handle', 'int', 'int', 'handle', 'void *'])
  const probe = bind('Iprobe', ['int', 'int', 'handle', 'void *', 'int64'])
  const receive = bind('Recv', ['void *', 'int', 'handle', 'int', 'int', 'handle', 'int64'])
  const abort = bind('Abort', ['handle', 'int'])
  const finalize = bind('Finalize', [])
  const flag = new Int32Array(1)

  return {
    rank,
    size,
    allreduce: (values, operation, request) =>
      allreduce(inPlace, values, values.length, typeOf(values), handles[operation], world, request),
    broadcast: (values, root, request) => broadcast(values, values.length, typeOf(values), root, world, request),
    barrier: request => barrier(world, request),
    test(request) {
      test(request, flag, ignore)
      return flag[0] !== 0
    },
    send: (bytes, to, request) => send(bytes, bytes.length, handles.uint8, to, tag, world, request),
    receive(bytes, from) {
      probe(from, tag, world, flag, ignore)
      if (flag[0] === 0) return false
      receive(bytes, bytes.length, handles.uint8, from, tag, world, ignore)
      return true
    },
    abort: code => abort(world, code),
    finalize: () => finalize(),
    yield: open(null).bind('sched_yield', []) as () => Argument,
  }

  function typeOf(values: Reducible | Uint8Array): number | bigint {
    if (values instanceof Float32Array) return handles.float32
    if (values instanceof Float64Array) return handles.float64
    return values instanceof Int32Array ? handles.int32 : handles.uint8
  }
}
