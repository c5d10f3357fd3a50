import { plainError } from '@onecycle/platform'
import { engine, findBackendFactory, type KernelBackend, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core'

/** The backends of all platforms. `backendNames` has those of this one. */
export type BackendName = 'node-gpu' | 'node' | 'webgpu' | 'wasm' | 'webgl' | 'cpu'

/** Which build of the compiled kernels of wasm is asked for: see `UseBackendOptions`. */
export type Simd = 'plain' | 'relaxed'

/** One way to run TensorFlow.js. Describing it loads nothing. */
export interface Candidate {
  readonly name: BackendName
  /** The name under which TensorFlow.js knows it. */
  readonly tfjsName: string
  /** The npm packages it needs; the first one's version counts as the backend's. */
  readonly packages: readonly string[]
  /** Whether it comes with this package. */
  readonly embedded?: boolean
  /** What one should know before or after installing it. */
  readonly notes: readonly string[]
  /** Loads it and makes it TensorFlow.js's backend; returns what is worth saying about it. Throws the reason when it does not start. */
  start(request?: StartRequest): Promise<string>
  /**
   * Why the next one is better here, where that is measured: asked unless this one is asked for by name.
   *
   * @param trial whether it may be measured now
   */
  worse?(trial: boolean): Promise<string | undefined>
  /** What it lacks here, after it has not started, or has started with less than it could be. */
  lacks?(): readonly Lack[]
}

/** A piece that is missing, and how it comes. */
export interface Lack {
  /** Such as 'cuDNN (libcudnn.so.8)'. */
  readonly piece: string
  readonly fix: string
}

/** Why a backend cannot even be tried. */
export interface Absence {
  readonly reason: string
  /** What to do with the remedy: 'Run'. */
  readonly instruction: string
  readonly remedy: string
}

export interface StartRequest {
  /** How many threads, for a backend that leaves the choice; `'auto'`: as a trial says. */
  readonly threads?: number | 'auto' | undefined
  /** Which build of the kernels, for wasm. */
  readonly simd?: Simd | undefined
  /** Whether this backend and no other was asked for, so that it starts even where another is better. Default false. */
  readonly byName?: boolean
}

/**
 * Starts a registered TensorFlow.js backend. `tf.setBackend` alone would report a failed start as `false`, with the reason on the
 * console only; here the reason is thrown.
 */
export async function startRegistered(tfjsName: string): Promise<KernelBackend> {
  const { registry } = engine()
  const factory = findBackendFactory(tfjsName)
  if (!registry[tfjsName] && factory) {
    const instance = await factory()
    replaceFactory(tfjsName, () => instance)
    factories.set(tfjsName, factory)
  }
  if (!(await setBackend(tfjsName))) throw plainError('backend-start', `TensorFlow.js could not set the backend '${tfjsName}'.`)
  return registry[tfjsName]!
}

type Factory = NonNullable<ReturnType<typeof findBackendFactory>>

/** How to make a backend that was made here: TensorFlow.js is left with a factory that always gives the same one. */
const factories = new Map<string, Factory>()

/** Ends a running backend, and with it the tensors it holds. It can be started again. */
export function stopRegistered(tfjsName: string): void {
  replaceFactory(tfjsName, factories.get(tfjsName) ?? findBackendFactory(tfjsName))
}

function replaceFactory(tfjsName: string, factory: Factory): void {
  const priority = engine().registryFactory[tfjsName]?.priority
  removeBackend(tfjsName)
  registerBackend(tfjsName, factory, priority)
}

/** The first line of what was thrown: native loaders throw errors, strings and plain objects. */
export function reasonOf(error: unknown): string {
  const text =
    error instanceof Error || (error && typeof error === 'object' && 'message' in error) ? String(error.message) : String(error)
  return text.trim().split('\n')[0] ?? ''
}
