import { checkOptions, kind, parallelism, plainError, rangeError, say, show, variable } from '@onecycle/platform'
import { getBackend } from '@tensorflow/tfjs-core'
import { backendNames, candidates } from '#backend/candidates.js'
import { absence, versionOf } from '#backend/packages.js'
import { type BackendName, type Candidate, reasonOf, type Simd, type StartRequest } from './candidate.js'
import { whileChoosing } from './choosing.js'
import { MissingFile } from './wasm/files.js'

/** What `useBackend()` is asked for: a backend by name, threads and vector instructions of wasm, and where its line goes. */
export interface UseBackendOptions {
  /** The backend to use, and no other. Default: the environment variable `ONECYCLE_BACKEND`, or else the best one present. */
  prefer?: BackendName | (string & {})
  /**
   * Threads for the kernels of the wasm backend, the program's own included: a whole number from 1 to 64, or `'auto'` for as many, up to 8,
   * as are fastest in a trial of some 30 ms when the backend starts, which is one where other programs keep the processors busy. More than one, and
   * `'auto'`, ask for that backend. Sums may differ in their last digits from those of another number of threads; the same number gives the same bits.
   * In a page they need cross-origin isolation: without it there is one, and the line says so.
   * Default: the environment variable `ONECYCLE_THREADS`, which another backend that is asked for by name ignores, or else 1.
   */
  threads?: number | 'auto'
  /**
   * Which build of the wasm backend's kernels. `'plain'` gives the same bits in Node and in every browser, and takes longer; `'relaxed'`
   * has fused multiply-add, and leaves out vectors of 256 bits. Asks for that backend. Default: the environment variable `ONECYCLE_SIMD`
   * (`plain`, or 128 or 256 bits), or else the fastest that runs.
   */
  simd?: Simd
  /**
   * Whether TensorFlow's native library, where it is installed, may be compared with wasm in a trial of some 100 ms, which is remembered for
   * this machine. Without one wasm is taken, where that starts. Default: unless the environment variable `ONECYCLE_TRIAL` is `0`.
   */
  trial?: boolean
  /** Where the line about the choice goes. Default: standard error; `false`: nowhere. */
  log?: false | ((line: string) => void)
}

/** What `useBackend()` chose: its name, version and details, which ones it passed over and why, and the line that says so. */
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
let currentThreads: number | 'auto' = 1
let currentSimd: Simd | undefined
let queue: Promise<unknown> = Promise.resolve()

/**
 * Starts the best TensorFlow.js backend present, or the one asked for, and says in one line which it is: in Node of node-gpu,
 * webgpu, node, wasm and cpu, of which node is taken where it is faster than wasm on this machine; in a page of webgpu, wasm, webgl and cpu, of
 * which it takes webgpu and webgl where the program has imported TensorFlow.js's packages for them. A second call costs nothing; calls at the same time take turns.
 *
 * @throws RangeError for a number of threads that cannot be
 * @throws Error for several threads or a build on another backend than wasm, for a name that is no backend, for a backend that is not
 * installed or imported (says what to do), for files of the wasm backend that a page cannot load, and for one asked for by name that does not start (`cause` holds why)
 *
 * @example
 * await useBackend()                    // onecycle: backend wasm (SIMD, composed training kernels); not installed: node-gpu, webgpu, node
 * await useBackend({ prefer: 'cpu' })
 * await useBackend({ prefer: 'wasm', threads: 2 })   // asked for before the program makes its first tensor
 */
export function useBackend(options: UseBackendOptions = {}): Promise<BackendReport> {
  const turn = queue.then(() => choose(options))
  queue = whileChoosing(turn)
  return turn
}

const backendKinds = {
  prefer: kind.any,
  threads: kind.any,
  simd: kind.choice('plain', 'relaxed'),
  trial: kind.boolean,
  log: kind.either(kind.choice(false), kind.function),
}

async function choose(options: UseBackendOptions): Promise<BackendReport> {
  checkOptions<UseBackendOptions>('useBackend', options, backendKinds)
  const running = current && getBackend() === current.tfjsName ? current : undefined
  const { log = say, trial = variable('ONECYCLE_TRIAL') !== '0' } = options
  const { name, threads, simd } = askedFor(options)
  const asked = name ?? (threads !== undefined && running?.name === 'wasm' ? 'wasm' : undefined)
  const same = (threads ?? currentThreads) === currentThreads && (simd ?? currentSimd) === currentSimd
  if (running && (asked ?? running.name) === running.name && same) return running
  current = asked === undefined ? await startBest({ threads, simd }, trial) : await startForced(asked, { threads, simd })
  currentThreads = threads ?? currentThreads
  currentSimd = simd ?? currentSimd
  if (log) log(current.line)
  return current
}

interface Asked extends Pick<StartRequest, 'threads' | 'simd'> {
  readonly name: BackendName | undefined
}

/** What the options, or else the environment, ask for. Several threads and a build ask for wasm; the environment's are for wasm only. */
export function askedFor({ prefer, threads: wanted, simd }: UseBackendOptions): Asked {
  const [backend, number] = [variable('ONECYCLE_BACKEND'), variable('ONECYCLE_THREADS')]
  const name = checkName(prefer, 'prefer') ?? checkName(backend, 'ONECYCLE_BACKEND')
  let threads = checkThreads(wanted, 'threads')
  if (threads === undefined && number && (name ?? 'wasm') === 'wasm')
    threads = checkThreads(number === 'auto' ? number : Number(number), 'ONECYCLE_THREADS', `'${number}'`)
  const several = threads !== undefined && threads !== 1
  if (!several && !simd) return { name, threads, simd }
  if (name && name !== 'wasm') {
    const what = several ? `${threads === 'auto' ? 'several' : threads} threads are` : `simd: '${simd}' is`
    throw plainError(
      'wasm-only',
      `${what} for the backend 'wasm', not for '${name}': leave ${several ? 'them' : 'it'} out, or prefer wasm.`,
    )
  }
  return { name: 'wasm', threads, simd }
}

type Threads = StartRequest['threads']

function checkThreads(threads: Threads, origin: string, shown = show(threads)): Threads {
  if (threads === undefined || threads === 'auto') return threads
  if (Number.isInteger(threads) && threads >= 1 && threads <= 64) return threads
  throw rangeError(
    'thread-count',
    `Expected a whole number of threads from 1 to 64, or 'auto', got ${shown} (${origin}). This machine runs ${parallelism()} at a time.`,
  )
}

function checkName(name: string | undefined, origin: string): BackendName | undefined {
  if (name === undefined || (backendNames as readonly string[]).includes(name)) return name as BackendName | undefined
  throw plainError('unknown-backend', `Unknown backend ${show(name)} (${origin}): expected one of ${backendNames.join(', ')}.`)
}

async function startForced(name: BackendName, request: StartRequest): Promise<BackendReport> {
  const candidate = candidates.find(each => each.name === name)!
  const absent = absence(candidate)
  if (absent)
    throw plainError('backend-not-installed', `Backend '${name}' is ${absent.reason}. ${absent.instruction}: ${absent.remedy}`)
  try {
    return report(candidate, await candidate.start({ ...request, byName: true }), true, [])
  } catch (cause) {
    const { threads = 1 } = request
    const on = threads !== 1 && threads !== 'auto' ? ` on ${threads} threads` : ''
    throw plainError('backend-start', `Backend '${name}' does not start${on}: ${reasonOf(cause)}`, { cause })
  }
}

async function startBest(request: StartRequest, trial: boolean): Promise<BackendReport> {
  let passedOver: { name: BackendName; reason: string }[] = []
  let slower: Candidate | undefined
  for (const candidate of candidates) {
    const absent = absence(candidate)
    if (absent) {
      passedOver.push({ name: candidate.name, reason: absent.reason })
      continue
    }
    const worse = await candidate.worse?.(trial)
    if (worse) {
      passedOver.push({ name: candidate.name, reason: worse })
      slower = candidate
      continue
    }
    // What was worse than one that does not start is the next best.
    for (const next of slower ? [candidate, slower] : [candidate]) {
      const others = passedOver.filter(({ name }) => name !== next.name)
      try {
        return report(next, await next.start(request), false, others)
      } catch (error) {
        if (error instanceof MissingFile) throw error
        passedOver = [...others, { name: next.name, reason: reasonOf(error) }]
      }
    }
    slower = undefined
  }
  throw plainError('no-backend', `No backend starts. ${describeReasons(passedOver)}`)
}

function report(candidate: Candidate, detail: string, forced: boolean, passedOver: BackendReport['passedOver']): BackendReport {
  const { name, tfjsName } = candidate
  const version = versionOf(candidate) ?? 'unknown'
  const reasons = describeReasons(passedOver)
  const line = `onecycle: backend ${name} (${detail})${forced ? ', as asked for' : ''}${reasons && `; ${reasons}`}`
  return { name, tfjsName, version, detail, forced, passedOver, line }
}

function describeReasons(passedOver: BackendReport['passedOver']): string {
  const byReason = new Map<string, string[]>()
  for (const { name, reason } of passedOver) byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  return [...byReason].map(([reason, names]) => `${reason}: ${names.join(', ')}`).join('; ')
}
