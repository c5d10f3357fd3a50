import { getBackend } from '@tensorflow/tfjs-core'
import { type BackendName, backendNames, type Candidate, reasonOf } from './candidate.js'
import { cpu, wasm } from './embedded.js'
import { node, nodeGpu } from './native.js'
import { findPackage } from './packages.js'
import { webgpu } from './webgpu.js'

/** Every backend, best first. */
export const candidates: readonly Candidate[] = [nodeGpu, node, webgpu, wasm, cpu]

export interface UseBackendOptions {
  /** The backend to use, and no other. Default: the environment variable `ONECYCLE_BACKEND`, or else the best one present. */
  prefer?: BackendName | (string & {})
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
let queue: Promise<unknown> = Promise.resolve()

/**
 * Starts the best TensorFlow.js backend present (node-gpu, node, webgpu, wasm, cpu), or the one asked for, and says in one line
 * which it is. A second call costs nothing; calls at the same time take turns.
 *
 * @throws Error for a name that is no backend, for a backend that is not installed (says what to install), and for one asked for
 * by name that does not start (`cause` holds why).
 *
 * @example
 * await useBackend()                    // onecycle: backend wasm (SIMD, composed training kernels); not installed: node-gpu, node, webgpu
 * await useBackend({ prefer: 'cpu' })
 */
export function useBackend(options: UseBackendOptions = {}): Promise<BackendReport> {
  const turn = queue.then(() => choose(options))
  queue = turn.catch(() => undefined)
  return turn
}

async function choose({ prefer, log = line => console.error(line) }: UseBackendOptions): Promise<BackendReport> {
  const fromEnvironment = process.env['ONECYCLE_BACKEND'] || undefined
  const asked = checkName(prefer ?? fromEnvironment, prefer === undefined ? 'ONECYCLE_BACKEND' : 'prefer')
  if (current && getBackend() === current.tfjsName && (asked === undefined || asked === current.name)) return current
  current = asked === undefined ? await startBest() : await startForced(asked)
  if (log) log(current.line)
  return current
}

function checkName(name: string | undefined, origin: string): BackendName | undefined {
  if (name === undefined || (backendNames as readonly string[]).includes(name)) return name as BackendName | undefined
  throw new Error(`Unknown backend '${name}' (${origin}): expected one of ${backendNames.join(', ')}.`)
}

async function startForced(name: BackendName): Promise<BackendReport> {
  const candidate = candidates.find(each => each.name === name)!
  const missing = missingPackages(candidate)
  if (missing.length > 0) {
    throw new Error(`Backend '${name}' is not installed. Run: npm install ${missing.join(' ')}`)
  }
  try {
    return report(candidate, await candidate.start(), true, [])
  } catch (cause) {
    throw new Error(`Backend '${name}' is installed but does not start: ${reasonOf(cause)}`, { cause })
  }
}

async function startBest(): Promise<BackendReport> {
  const passedOver: { name: BackendName; reason: string }[] = []
  for (const candidate of candidates) {
    if (missingPackages(candidate).length > 0) {
      passedOver.push({ name: candidate.name, reason: 'not installed' })
      continue
    }
    try {
      return report(candidate, await candidate.start(), false, passedOver)
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
