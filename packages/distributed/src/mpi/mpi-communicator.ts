import { writeSync } from 'node:fs'
import type { Communicator } from '@onecycle/learner'
import { checkChoice, checkCount, plainError, show, typeError } from '@onecycle/platform'
import { list } from '../list.js'
import type { MpiEngine, Operation, Reducible, Request } from './engine.js'
import { type Place, RollCall, theEnd } from './roll-call.js'

/** A process of each rank, for messages: `process 123 on host`. */
export type Names = readonly string[]

/** What MPI counts with. Larger arrays go in parts. */
const mostAtOnce = 2 ** 30

const operations: readonly Operation[] = ['sum', 'max', 'min']

/**
 * Ranks that are processes of MPI. Every call waits in the thread that calls it, in place on the memory of `values`: nothing is copied, and
 * nothing else of this process runs meanwhile.
 *
 * Nonblocking calls are what it makes of MPI, asked again and again whether they are done: so that a core is lent to whoever needs it while
 * others are awaited, and that a rank that does not come is noticed.
 */
export class MpiCommunicator implements Communicator {
  readonly rank: number
  readonly size: number
  readonly #engine: MpiEngine
  /** In milliseconds. */
  readonly #timeout: number
  readonly #names: Names
  readonly #rollCall: RollCall
  readonly #request: Request = new BigInt64Array(1)
  readonly #nap = new Int32Array(new SharedArrayBuffer(4))
  #count = 0
  #listened = performance.now()
  #closed = false

  /** @param timeout in seconds */
  constructor(engine: MpiEngine, timeout: number, names: Names) {
    this.#engine = engine
    this.rank = engine.rank
    this.size = engine.size
    this.#timeout = timeout * 1000
    this.#names = names
    this.#rollCall = new RollCall(engine)
  }

  get closed(): boolean {
    return this.#closed
  }

  allreduce(values: Reducible, op: Operation = 'sum'): void {
    if (!isReducible(values)) throw notThese('allreduce', values, 'a Float32Array, a Float64Array or an Int32Array')
    checkChoice('op of allreduce', op, operations)
    this.#inParts(values, part =>
      this.#call(`allreduce (${op}) of ${part.length} numbers`, request => this.#engine.allreduce(part, op, request)),
    )
  }

  broadcast(values: Reducible | Uint8Array, root = 0): void {
    if (!isReducible(values) && !(values instanceof Uint8Array))
      throw notThese('broadcast', values, 'a Float32Array, a Float64Array, an Int32Array or a Uint8Array')
    checkCount('root of broadcast', root, 0, this.size - 1)
    this.#inParts(values, part =>
      this.#call(`broadcast of ${part.length} numbers of rank ${root}`, request => this.#engine.broadcast(part, root, request)),
    )
  }

  barrier(): void {
    this.#call('barrier', request => this.#engine.barrier(request))
  }

  abort(reason: string): never {
    this.end(`${this.#self} ends the training: ${reason}`, 1)
  }

  close(): void {
    if (this.#closed) return
    const place = { count: this.#count + 1, what: theEnd }
    // No barrier of MPI, which another rank's barrier would answer.
    this.#rollCall.tell(place)
    this.#wait(place, true, () => this.#allAreAt(place))
    this.#finalize()
  }

  /** As {@link close}, but for others that have not come to their end after so many milliseconds: then it gives false, and this rank is open. */
  closeWithin(milliseconds: number): boolean {
    const place = { count: this.#count + 1, what: theEnd }
    this.#rollCall.tell(place)
    for (const began = performance.now(); !this.#allAreAt(place); Atomics.wait(this.#nap, 0, 0, 1))
      if (performance.now() - began > milliseconds) return false
    this.#finalize()
    return true
  }

  #allAreAt(place: Place): boolean {
    this.#rollCall.listen()
    const { missing, astray } = this.#rollCall.compare(place)
    return missing.length === 0 && !astray
  }

  #finalize(): void {
    this.#closed = true
    this.#engine.finalize()
  }

  /** Ends all ranks with a message of this one. */
  end(message: string, code: number): never {
    // Also where nobody reads it.
    try {
      writeSync(2, `onecycle: ${message}\n`)
    } catch {}
    // MPICH's mpiexec ends all without passing on what it has not read yet.
    Atomics.wait(this.#nap, 0, 0, 300)
    this.#closed = true
    this.#engine.abort(code)
    process.exit(code)
  }

  get #self(): string {
    return `rank ${this.rank} of ${this.size} (${this.#names[this.rank]})`
  }

  #inParts<Values extends Reducible | Uint8Array>(values: Values, run: (part: Values) => void): void {
    if (values.length <= mostAtOnce) run(values)
    else for (let begin = 0; begin < values.length; begin += mostAtOnce) run(values.subarray(begin, begin + mostAtOnce) as Values)
  }

  #call(what: string, begin: (request: Request) => void): void {
    if (this.#closed)
      throw plainError('mpi-closed', `The communicator of rank ${this.rank} is closed: ${what} is no longer possible.`)
    this.#count++
    begin(this.#request)
    // So long a few microseconds' work takes; then others may have something to do on this core.
    for (let polls = 0; polls < 200; polls++) if (this.#engine.test(this.#request)) return
    this.#wait({ count: this.#count, what }, false, () => this.#engine.test(this.#request))
  }

  #wait(place: Place, told: boolean, isOver: () => boolean): void {
    const began = performance.now()
    // What others have told, and was not waited for, is not to pile up.
    if (began - this.#listened > 1000) this.#listen(began)
    while (!isOver()) {
      this.#engine.yield()
      const now = performance.now()
      if (now - began < 20) continue
      Atomics.wait(this.#nap, 0, 0, 0.2)
      if (!told && now - began > longWait(this.#timeout)) {
        told = true
        this.#rollCall.tell(place)
      }
      if (told && now - this.#listened > 20) {
        this.#listen(now)
        this.#judge(place, now - began)
      }
    }
  }

  #listen(now: number): void {
    this.#listened = now
    this.#rollCall.listen()
  }

  /** Ends the training where it can be said why it does not go on. Of those who know it the lowest rank says so, and others leave it the time to. */
  #judge(place: Place, waited: number): void {
    const { there, missing, astray } = this.#rollCall.compare(place)
    const patience = there.some(rank => rank < this.rank) ? 3000 : 0
    if (astray) {
      const [rank, what] = astray
      // Who ends for a reason says it first.
      if (waited < 2 * longWait(this.#timeout) + patience + (what === theEnd ? 1000 : 0)) return
      const here = this.#named(this.rank)
      const [ahead, waiting, call] =
        place.what === theEnd ? [here, this.#named(rank), what] : [this.#named(rank), here, place.what]
      this.end(
        `${ahead} has come to ${place.what === theEnd ? theEnd : what}, where ${waiting} waits in ${call}, number ${place.count} of what each of them calls: all ranks have to call the same in the same order.`,
        1,
      )
    }
    if (waited < this.#timeout + patience) return
    const where = `${place.what} (number ${place.count} of what each rank calls)`
    const seconds = this.#timeout / 1000
    if (missing.length === 0)
      this.end(`all ${this.size} ranks have waited for ${seconds} s in ${where}, and MPI brings nothing to an end.`, 1)
    this.end(
      `${list(missing.map(rank => this.#named(rank)))} ${missing.length > 1 ? 'have' : 'has'} not come to ${where} within ${seconds} s, where ${waitFor([this.rank, ...there])}. If it only takes so long, give distributed() a longer timeout.`,
      1,
    )
  }

  #named(rank: number): string {
    return `rank ${rank} (${this.#names[rank]})`
  }
}

/** Milliseconds after which it is unusual to wait still, and others are told. */
function longWait(timeout: number): number {
  return Math.min(500, timeout / 4)
}

function waitFor(ranks: number[]): string {
  return ranks.length > 1 ? `ranks ${list(ranks.sort((a, b) => a - b))} wait` : `rank ${ranks[0]} waits`
}

function isReducible(values: unknown): values is Reducible {
  return values instanceof Float32Array || values instanceof Float64Array || values instanceof Int32Array
}

function notThese(owner: string, values: unknown, expected: string): TypeError {
  return typeError('wrong-argument', `${owner} takes ${expected}, whose elements it replaces, but got ${show(values)}.`)
}
