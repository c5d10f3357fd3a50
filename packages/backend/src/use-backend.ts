import { availableParallelism } from 'node:os'
import { checkOptions, kind, say, show } from '@onecycle/platform'
import { getBackend } from '@tensorflow/tfjs-core'
import { type BackendName, backendNames, type Candidate, reasonOf } from './candidate.js'
import { cpu, wasm } from './embedded.js'
import { node, nodeGpu } from './native.js'
import { findPackage } from './packages.js'
import { webgpu } from './webgpu/candidate.js'

/** Every backend, best first. */
export const candidates: readonly Candidate[] = [nodeGpu, node, webgpu, wasm, cpu]

export interface UseBackendOptions {
  /** The backend to use, and no other. Default: the environment variable `ONECYCLE_BACKEND`, or else the best one present. */
  prefer?: BackendName | (string & {})
  /**
   * Threads for the kernels of the wasm backend, the program's own included: a whole number from 1 to 64. More than one asks for that
   * backend. Sums may differ in their last digits from those of another number of threads; the same number gives the same bits.
   * Default: the environment variable `ONECYCLE_THREADS`, which another backend that is asked for by name ignores, or else 1.
   */
  threads?: number
  /** Where the line about the choice goes. Default: standard error; `false`: nowhere. */
  log?: false | ((line: string) => void)
}

export interface BackendReport {
  readonly name: BackendName
  /** The name under which TensorFlow.js knows it: `tf.getBackend()`. */
  readonly tfjsName: string
  /** Of the backend's npm package. */
  readonly version: string
  /** For instance 'SIMD, composed training kernels'. */
  readonly detail: string
  /** Whether it was asked for by name. */
  readonly forced: boolean
  /** The better backends that are not used, and why. */
  readonly passedOver: readonly { readonly name: BackendName; readonly reason: string }[]
  /** All of this in one line, as it is logged. */
  readonly line: string
}

let current: BackendReport | undefined
let currentThreads = 1
let queue: Promise<unknown> = Promise.resolve()

/**
 * Starts the best TensorFlow.js backend present (node-gpu, node, webgpu, wasm, cpu), or the one asked for, and says in one line
 * which it is. A second call costs nothing; calls at the same time take turns.
 *
 * @throws RangeError for a number of threads that cannot be
 * @throws Error for several threads on another backend than wasm, for a name that is no backend, for a backend that is not installed
 * (says what to install), and for one asked for by name that does not start (`cause` holds why)
 *
 * @example
 * await useBackend()                    // onecycle: backend wasm (SIMD, composed training kernels); not installed: node-gpu, node, webgpu
 * await useBackend({ prefer: 'cpu' })
 * await useBackend({ prefer: 'wasm', threads: 2 })   // asked for before the program makes its first tensor
 */
export function useBackend(options: UseBackendOptions = {}): Promise<BackendReport> {
  const turn = queue.then(() => choose(options))
  queue = turn.catch(() => undefined)
  return turn
}

const backendKinds = { prefer: kind.any, threads: kind.any, log: kind.either(kind.choice(false), kind.function) }

async function choose(options: UseBackendOptions): Promise<BackendReport> {
  checkOptions<UseBackendOptions>('useBackend', options, backendKinds)
  const running = current && getBackend() === current.tfjsName ? current : undefined
  const { log = say } = options
  const { name, threads } = askedFor(options)
  const asked = name ?? (threads !== undefined && running?.name === 'wasm' ? 'wasm' : undefined)
  if (running && (asked ?? running.name) === running.name && (threads ?? currentThreads) === currentThreads) return running
  current = asked === undefined ? await startBest(threads) : await startForced(asked, threads)
  currentThreads = threads ?? currentThreads
  if (log) log(current.line)
  return current
}

/** What the options, or else the environment, ask for. Several threads ask for wasm; those of the environment are for wasm only. */
export function askedFor(options: UseBackendOptions): { name: BackendName | undefined; threads: number | undefined } {
  const { ONECYCLE_BACKEND, ONECYCLE_THREADS } = process.env
  const name = checkName(options.prefer, 'prefer') ?? checkName(ONECYCLE_BACKEND || undefined, 'ONECYCLE_BACKEND')
  let threads = checkThreads(options.threads, 'threads')
  if (threads === undefined && ONECYCLE_THREADS && (name ?? 'wasm') === 'wasm') {
    threads = checkThreads(Number(ONECYCLE_THREADS), 'ONECYCLE_THREADS', `'${ONECYCLE_THREADS}'`)
  }
  if (threads === undefined || threads === 1) return { name, threads }
  if (name && name !== 'wasm') {
    throw new Error(`${threads} threads are for the backend 'wasm', not for '${name}': leave them out, or prefer wasm.`)
  }
  return { name: 'wasm', threads }
}

function checkThreads(threads: number | undefined, origin: string, shown = show(threads)): number | undefined {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1 && threads <= 64)) return threads
  throw new RangeError(
    `Expected a whole number of threads from 1 to 64, got ${shown} (${origin}). This machine runs ${availableParallelism()} at a time.`,
  )
}

function checkName(name: string | undefined, origin: string): BackendName | undefined {
  if (name === undefined || (backendNames as readonly string[]).includes(name)) return name as BackendName | undefined
  throw new Error(`Unknown backend ${show(name)} (${origin}): expected one of ${backendNames.join(', ')}.`)
}

async function startForced(name: BackendName, threads: number | undefined): Promise<BackendReport> {
  const candidate = candidates.find(each => each.name === name)!
  const missing = missingPackages(candidate)
  if (missing.length > 0) {
    throw new Error(`Backend '${name}' is not installed. Run: npm install ${missing.join(' ')}`)
  }
  try {
    return report(candidate, await candidate.start({ threads, byName: true }), true, [])
  } catch (cause) {
    const on = threads !== undefined && threads > 1 ? ` on ${threads} threads` : ''
    throw new Error(`Backend '${name}' is installed but does not start${on}: ${reasonOf(cause)}`, { cause })
  }
}

async function startBest(threads: number | undefined): Promise<BackendReport> {
  const passedOver: { name: BackendName; reason: string }[] = []
  for (const candidate of candidates) {
    if (missingPackages(candidate).length > 0) {
      passedOver.push({ name: candidate.name, reason: 'not installed' })
      continue
    }
    try {
      return report(candidate, await candidate.start({ threads }), false, passedOver)
    } catch (error) {
      passedOver.push({ name: candidate.name, reason: reasonOf(error) })
    }
  }
  throw new Error(`No backend starts. ${describeReasons(passedOver)}`)
}

/** What has to be installed before this backend can start, with the versions that fit. */
export function missingPackages(candidate: Candidate): string[] {
  return candidate.packages
    .filter(name => !findPackage(name))
    .map(name => (name.startsWith('@tensorflow/') ? `${name}@4.22.0` : name))
}

function report(candidate: Candidate, detail: string, forced: boolean, passedOver: BackendReport['passedOver']): BackendReport {
  const { name, tfjsName, packages } = candidate
  const version = findPackage(packages[0]!)?.version ?? 'unknown'
  const reasons = describeReasons(passedOver)
  const line = `onecycle: backend ${name} (${detail})${forced ? ', as asked for' : ''}${reasons && `; ${reasons}`}`
  return { name, tfjsName, version, detail, forced, passedOver, line }
}

function describeReasons(passedOver: BackendReport['passedOver']): string {
  const byReason = new Map<string, string[]>()
  for (const { name, reason } of passedOver) byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  return [...byReason].map(([reason, names]) => `${reason}: ${names.join(', ')}`).join('; ')
}
