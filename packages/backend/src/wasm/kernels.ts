import { plainError } from '@onecycle/platform'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  type DataId,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core'

/**
 * The seam between TensorFlow.js's wasm backend and the kernels that let it train.
 *
 * Two sets share it. The 'composed' set is built from the backend's own kernels and is complete; a 'compiled' set is faster
 * and may serve fewer cases. Registering a kernel replaces whatever served its name before, one name at a time, so a compiled
 * set may hold any subset. A compiled kernel that meets a case it does not serve (NCHW, another dtype) calls the composed
 * function of that name, which every file under `composed/` exports.
 *
 * Composed kernels call `stockKernel` only, never the registry: falling back to them can therefore not recurse.
 *
 * Two things to know before writing a kernel for this backend:
 * - Stock Conv2D, FusedConv2D, the depthwise ones, BatchMatMul and _FusedMatMul cache packed weights by the id of the weight's
 *   data and drop them when that data is disposed. Changing a weight in place leaves the cache stale unless all of them are replaced.
 * - Identity shares its input's data (see `composed/identity.ts`), as Reshape always has; so do a Cast and a Transpose that change
 *   nothing. Before changing data in place, check that `backend.refCount(dataId)` is 1.
 */
export interface TrainingKernel {
  readonly kernelName: string
  readonly kernelFunc: KernelFunc
  readonly origin: KernelOrigin
}

/** Where a training kernel comes from: composed from the backend's own operations, or compiled by us. */
export type KernelOrigin = 'composed' | 'compiled'

/** What a kernel function is given, with this backend's own types. */
export interface KernelArgs<Inputs, Attrs = undefined> {
  readonly inputs: Inputs
  readonly attrs: Attrs
  readonly backend: BackendWasm
}

const stock = new Map<string, KernelConfig | undefined>()
const active = new Map<string, TrainingKernel>()

/**
 * Describes a kernel for `registerTrainingKernels`; tfjs's own `KernelFunc` type is too loose to write kernels against.
 *
 * @example
 * import type { TensorInfo } from '@tensorflow/tfjs-core'
 * const negative = trainingKernel<{ x: TensorInfo }, undefined>('Neg', 'composed', ({ inputs, backend }) =>
 *   stockKernel(backend, 'Neg', inputs),
 * )
 * registerTrainingKernels([negative])
 */
export function trainingKernel<Inputs, Attrs>(
  kernelName: string,
  origin: KernelOrigin,
  kernelFunc: (args: KernelArgs<Inputs, Attrs>) => TensorInfo | TensorInfo[],
): TrainingKernel {
  return { kernelName, origin, kernelFunc: kernelFunc as unknown as KernelFunc }
}

/**
 * Makes each of these kernels the one that the wasm backend runs under its name. Works before and after the backend has started.
 *
 * @example
 * registerTrainingKernels(trainingKernels().filter(({ origin }) => origin === 'composed'))
 */
export function registerTrainingKernels(kernels: readonly TrainingKernel[]): void {
  for (const kernel of kernels) {
    const { kernelName, kernelFunc } = kernel
    const present = getKernel(kernelName, 'wasm') as KernelConfig | undefined
    if (!stock.has(kernelName)) stock.set(kernelName, present)
    if (present) unregisterKernel(kernelName, 'wasm')
    // The stock set-up stays: it binds the native function that composed kernels call through `stockKernel`.
    registerKernel({ ...stock.get(kernelName), kernelName, backendName: 'wasm', kernelFunc })
    active.set(kernelName, kernel)
  }
}

/**
 * The training kernels in use, by name.
 *
 * @example
 * console.log(trainingKernels().map(({ kernelName, origin }) => `${kernelName}: ${origin}`))
 */
export function trainingKernels(): TrainingKernel[] {
  return [...active.values()].sort((a, b) => (a.kernelName < b.kernelName ? -1 : 1))
}

/**
 * Puts TensorFlow.js's own kernels back, and removes those that it lacks: what tests and benchmarks compare with.
 *
 * @example
 * const ours = trainingKernels()
 * restoreStockKernels()   // as if they had never been there
 * registerTrainingKernels(ours)
 */
export function restoreStockKernels(): void {
  for (const kernelName of active.keys()) {
    unregisterKernel(kernelName, 'wasm')
    const original = stock.get(kernelName)
    if (original) registerKernel(original)
  }
  active.clear()
}

/**
 * Runs TensorFlow.js's own wasm kernel of this name, whatever is registered under it now. The caller owns the result.
 *
 * @example
 * import type { TensorInfo } from '@tensorflow/tfjs-core'
 * trainingKernel<{ x: TensorInfo }, undefined>('Square', 'composed', ({ inputs: { x }, backend }) =>
 *   stockKernel(backend, 'Multiply', { a: x, b: x }),
 * )
 */
export function stockKernel(
  backend: BackendWasm,
  kernelName: string,
  inputs: Record<string, TensorInfo> | TensorInfo[],
  attrs: object = {},
): TensorInfo {
  const config = stock.get(kernelName) ?? (getKernel(kernelName, 'wasm') as KernelConfig | undefined)
  if (!config) throw plainError('no-kernel', `The wasm backend of TensorFlow.js has no kernel '${kernelName}'.`)
  const run = config.kernelFunc as unknown as (args: object) => TensorInfo
  return run({ inputs, attrs, backend })
}

/**
 * The same data under another shape. Not counted as a new reference: valid while `tensor` is, and never disposed itself.
 *
 * @example
 * import type { TensorInfo } from '@tensorflow/tfjs-core'
 * const asRow = (x: TensorInfo) => view(x, [1, x.shape.reduce((size, side) => size * side, 1)])
 */
export function view(tensor: TensorInfo, shape: number[]): TensorInfo {
  return { dataId: tensor.dataId as DataId, shape, dtype: tensor.dtype }
}

/**
 * The numbers of tensors where they lie, valid until the next allocation, which may move them. Those of an int32 tensor are an Int32Array,
 * which is read and written alike.
 *
 * @example
 * import type { TensorInfo } from '@tensorflow/tfjs-core'
 * trainingKernel<{ x: TensorInfo }, undefined>('Neg', 'compiled', ({ inputs: { x }, backend }) => {
 *   const out = backend.makeOutput(x.shape, 'float32')
 *   const [from, to] = numbersOf(backend, x, out)
 *   for (let i = 0; i < from.length; i++) to[i] = -from[i]!
 *   return out
 * })
 */
export function numbersOf<Tensors extends readonly TensorInfo[]>(
  backend: BackendWasm,
  ...tensors: Tensors
): { -readonly [Index in keyof Tensors]: Float32Array } {
  return tensors.map(tensor => backend.typedArrayFromHeap(tensor)) as { -readonly [Index in keyof Tensors]: Float32Array }
}
