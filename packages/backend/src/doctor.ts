import { describeHost, show, typeError, variable } from '@onecycle/platform'
import { engine, getBackend, setBackend } from '@tensorflow/tfjs-core'
import { candidates } from '#backend/candidates.js'
import { absence, tfjsVersions, versionOf } from '#backend/packages.js'
import { type BackendName, type Candidate, type Lack, reasonOf } from './candidate.js'
import { askedFor } from './use-backend.js'
import type { KernelOrigin } from './wasm/kernels.js'

/** One backend of this machine: whether it can be had, in which version, or why not, and what would change that. */
export interface BackendDiagnosis {
  readonly name: BackendName
  readonly usable: boolean
  /** Of its npm package; absent where that is not known. */
  readonly version?: string
  /** What there is to say of a usable one. */
  readonly detail?: string
  /** Why it is not usable. */
  readonly reason?: string
  /** Why a usable one is not taken where the next one is there: it was measured. */
  readonly worse?: string
  /** The pieces that it lacks here, and how each comes. */
  readonly missing?: readonly Lack[]
  /** What brings it: the command that installs it, in a page the import. */
  readonly install?: string
  readonly notes: readonly string[]
}

/** What the wasm backend has here: vector instructions and their width in bits, threads, and which kernels train. */
export interface WasmDiagnosis {
  readonly simd: boolean
  readonly relaxedSimd: boolean
  /** Bits of the vectors that the compiled kernels work on: 256 where the engine can make them so wide, else 128. */
  readonly vectorBits: 128 | 256
  /** Why they have 128; absent when they have 256. */
  readonly narrow?: string
  /** That it runs on: see `UseBackendOptions`. */
  readonly threads: number
  /** The kernels that this library gave the backend, and where each comes from. */
  readonly kernels: readonly { readonly name: string; readonly origin: KernelOrigin }[]
}

/** What `diagnose()` finds: the machine, versions of TensorFlow.js, every backend, and the one that would be taken. */
export interface Diagnosis {
  /** Where this runs: 'Node v24.1.0 on linux x64', or what the browser says of itself. */
  readonly host: string
  /** Versions of the TensorFlow.js packages found, by name. */
  readonly tfjs: Readonly<Record<string, string>>
  /** Best first. */
  readonly backends: readonly BackendDiagnosis[]
  readonly wasm: WasmDiagnosis
  /** What `useBackend()` would take in a program that begins: the one that the environment asks for, or else the first usable one. */
  readonly best: BackendName | undefined
}

/**
 * Looks at every backend: is it installed, does it start, and what would it need. Starts each installed one in turn unless it runs
 * already, then puts back the backend that was set before.
 *
 * @example
 * console.log(describe(await diagnose()))
 */
export async function diagnose(): Promise<Diagnosis> {
  const before = getBackend()
  const asked = askedFor({})
  const backends: BackendDiagnosis[] = []
  for (const candidate of candidates) backends.push(await examine(candidate, asked))
  const wasm = await examineWasm()
  if (before) await setBackend(before)
  return {
    host: describeHost(),
    tfjs: tfjsVersions(),
    backends,
    wasm,
    best: backends.find(
      ({ name, usable, worse }, i) => usable && !(worse && backends[i + 1]?.usable) && name === (asked.name ?? name),
    )?.name,
  }
}

async function examine(candidate: Candidate, asked: ReturnType<typeof askedFor>): Promise<BackendDiagnosis> {
  const { name, notes } = candidate
  const version = versionOf(candidate)
  const known = { name, notes, ...(version && { version }) }
  const absent = absence(candidate)
  if (absent) return { ...known, usable: false, reason: absent.reason, install: absent.remedy }
  // One that runs would be started anew for another number of threads.
  const runs = candidate.tfjsName in engine().registry
  try {
    const threads = runs ? undefined : asked.threads
    const detail = await candidate.start({ threads, byName: asked.name === name })
    const worse = asked.name === name ? undefined : await candidate.worse?.(variable('ONECYCLE_TRIAL') !== '0')
    return { ...known, usable: true, detail, ...(worse && { worse }), ...missingFor(candidate) }
  } catch (error) {
    return { ...known, usable: false, reason: reasonOf(error), ...missingFor(candidate) }
  }
}

function missingFor(candidate: Candidate): Pick<BackendDiagnosis, 'missing'> {
  const missing = candidate.lacks?.() ?? []
  return missing.length > 0 ? { missing } : {}
}

async function examineWasm(): Promise<WasmDiagnosis> {
  const { reasonForNarrow, relaxedSimd, simd, threadsInUse, trainingKernels } = await import('./wasm/internal.js')
  const kernels = trainingKernels().map(({ kernelName, origin }) => ({ name: kernelName, origin }))
  const narrow = reasonForNarrow()
  const features = { simd: simd(), relaxedSimd: relaxedSimd(), threads: threadsInUse() }
  return { ...features, kernels, ...(narrow ? { vectorBits: 128, narrow } : { vectorBits: 256 }) }
}

/**
 * A diagnosis as plain text, for a terminal or a bug report.
 *
 * @example
 * console.log(describe(await diagnose()))
 */
export function describe(diagnosis: Diagnosis): string {
  if (typeof diagnosis !== 'object' || !diagnosis?.backends)
    throw typeError('wrong-argument', `describe takes what diagnose() found, but got ${show(diagnosis)}. Was an await forgotten?`)
  const { host, tfjs, backends, wasm, best } = diagnosis
  const yes = (value: boolean) => (value ? 'yes' : 'no')
  const byOrigin = (origin: KernelOrigin) => wasm.kernels.filter(kernel => kernel.origin === origin).map(kernel => kernel.name)
  const kernelLines = (['compiled', 'composed'] as const)
    .map(origin => ({ origin, names: byOrigin(origin) }))
    .filter(({ names }) => names.length > 0)
    .map(({ origin, names }) => `  ${origin} kernels: ${names.join(', ')}`)
  return [
    host,
    `TensorFlow.js: ${Object.entries(tfjs)
      .map(([name, version]) => `${name.replace('@tensorflow/tfjs-', '')} ${version}`)
      .join(', ')}`,
    '',
    'Backends, best first:',
    ...backends.flatMap(backend => describeBackend(backend, backend.name === best)),
    '',
    'wasm:',
    `  SIMD: ${yes(wasm.simd)}, relaxed SIMD: ${yes(wasm.relaxedSimd)}, threads: ${wasm.threads}`,
    `  vectors: ${wasm.vectorBits} bits${wasm.narrow ? `, not 256: ${wasm.narrow}` : ''}`,
    ...kernelLines,
  ].join('\n')
}

function describeBackend(backend: BackendDiagnosis, best: boolean): string[] {
  const { name, usable, version, detail, reason, worse, missing = [], install, notes } = backend
  const state = usable ? `usable (${detail})${best ? ', the default here' : worse ? `, ${worse}` : ''}` : reason
  const line = `  ${name.padEnd(9)}${version ? `${version} ` : ''}${state}`
  const fixes = missing.map(({ piece, fix }) => `           missing: ${piece}: ${fix}`)
  return [
    line,
    ...fixes,
    ...(install ? [`           install: ${install}`] : []),
    ...notes.map(note => `           note: ${note}`),
  ]
}

/** What {@link doctor} found. */
export interface Doctor extends Diagnosis {
  /** A line for each backend, for a table in a page or `console.table`. */
  readonly rows: readonly { readonly backend: string; readonly version: string; readonly state: string; readonly notes: string }[]
  /** All of it as text, as `onecycle doctor` prints it. */
  toString(): string
}

/**
 * What this machine or browser can train on, as data, as a table and as text. Looks as {@link diagnose} does.
 *
 * @example
 * const found = await doctor()
 * console.table(found.rows)
 * console.log(`${found}`)
 */
export async function doctor(): Promise<Doctor> {
  const diagnosis = await diagnose()
  const rows = diagnosis.backends.map(({ name, usable, version = '', detail, reason, worse, missing = [], install, notes }) => ({
    backend: name,
    version,
    state: usable ? `usable (${detail})${name === diagnosis.best ? ', the default here' : worse ? `, ${worse}` : ''}` : reason!,
    notes: [...missing.map(({ piece, fix }) => `${piece}: ${fix}`), ...(install ? [install] : []), ...notes].join(' '),
  }))
  return { ...diagnosis, rows, toString: () => describe(diagnosis) }
}
