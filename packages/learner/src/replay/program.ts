import {
  type DataId,
  type DataType,
  engine,
  getBackend,
  getKernel,
  type KernelFunc,
  type Tensor,
  type TensorInfo,
  type Variable,
} from '@tensorflow/tfjs-core'
import type { Repeatable } from './repeatable.js'

/** What is used of a backend on which steps are run again. */
export interface ReplayBackend {
  write(values: ArrayBufferView | undefined, shape: number[], dtype: DataType): DataId
  /** Where what is computed is at hand at once. */
  typedArrayFromHeap?(tensor: TensorInfo): ArrayLike<number>
  incRef(dataId: DataId): void
  disposeData(dataId: DataId): boolean
  /** Makes a kernel that will be run on tensors of the same shapes with the same attributes cost less. */
  quicken?(kernelFunc: KernelFunc): KernelFunc
}

/** What is used of TensorFlow.js's engine, which keeps it to itself. */
interface Tracker {
  disposeTensor(tensor: Tensor): void
  trackTensor(tensor: Tensor, backend: ReplayBackend): void
}

/** A place for data: those of the tensors that come from outside first, then those of what is made. */
export type Slot = number

/** What a kernel is told of a tensor, and whose data it is. */
export type Wire = readonly [info: TensorInfo, slot: Slot]

/** A kernel's run, a constant's making, or a look at values. */
export interface Call {
  /** Of the first alone. */
  readonly kernelName?: string
  readonly kernelFunc: KernelFunc
  /** What the kernel is given. Its tensors have their data put in before each run. */
  readonly given: { readonly inputs: object; readonly attrs: object | undefined; readonly backend: ReplayBackend }
  readonly wires: readonly Wire[]
  /** The attribute that is drawn anew each time: a seed. */
  readonly drawn?: string | undefined
  readonly made: readonly Slot[]
  /** What nobody needs from then on. */
  free: readonly Slot[]
}

/** A tensor that is handed out. */
export interface Result {
  readonly slot: Slot
  readonly shape: number[]
  readonly dtype: TensorInfo['dtype']
  /** Whether somebody else holds its data: a tensor from outside, or another result. */
  readonly shared: boolean
}

/**
 * The kernels of a step, which were recorded once, with their attributes: run again on other data of the same shapes. Nothing is held between
 * two runs, and memory is freed as soon as nothing reads it any more.
 */
export class Program implements Repeatable {
  readonly backend: ReplayBackend
  readonly calls: readonly Call[]
  readonly #variables: readonly Variable[]
  readonly #results: readonly Result[]
  readonly #written: readonly (readonly [Variable, Result])[]
  readonly #data: (DataId | undefined)[]
  readonly #kernels: readonly KernelFunc[]

  constructor(
    backend: ReplayBackend,
    variables: readonly Variable[],
    calls: readonly Call[],
    results: readonly Result[],
    written: readonly (readonly [Variable, Result])[],
    slots: number,
  ) {
    this.backend = backend
    this.#variables = variables
    this.calls = calls
    this.#results = results
    this.#written = written
    this.#data = new Array(slots).fill(undefined)
    this.#kernels = calls.map(({ kernelName, kernelFunc, drawn }) =>
      kernelName !== undefined && drawn === undefined ? (backend.quicken?.(kernelFunc) ?? kernelFunc) : kernelFunc,
    )
  }

  isCurrent(): boolean {
    return this.calls.every(
      ({ kernelName, kernelFunc }) => kernelName === undefined || getKernel(kernelName, getBackend())?.kernelFunc === kernelFunc,
    )
  }

  run(batch: readonly Tensor[], draw: () => number): Tensor[] {
    const data = this.#data
    const outside = batch.length + this.#variables.length
    try {
      for (let i = 0; i < batch.length; i++) data[i] = batch[i]!.dataId
      for (let i = 0; i < this.#variables.length; i++) data[batch.length + i] = this.#variables[i]!.dataId
      for (let i = 0; i < this.calls.length; i++) this.#run(this.calls[i]!, this.#kernels[i]!, draw)
    } catch (error) {
      for (let slot = outside; slot < data.length; slot++) if (data[slot]) this.backend.disposeData(data[slot]!)
      data.fill(undefined)
      throw error
    }
    const results = this.#results.map(result => this.#handOut(result))
    for (const [variable, result] of this.#written) this.#write(variable, result)
    data.fill(undefined)
    return results
  }

  #run({ given, drawn, wires, made, free }: Call, kernelFunc: KernelFunc, draw: () => number): void {
    const data = this.#data
    for (const [info, slot] of wires) info.dataId = data[slot]!
    const now = drawn === undefined ? given : { ...given, attrs: { ...given.attrs, [drawn]: draw() } }
    const outputs = kernelFunc(now as never)
    if (Array.isArray(outputs)) for (let i = 0; i < made.length; i++) data[made[i]!] = outputs[i]!.dataId
    else data[made[0]!] = outputs.dataId
    for (const slot of free) {
      this.backend.disposeData(data[slot]!)
      data[slot] = undefined
    }
  }

  /** What `variable.assign` does with a tensor that is disposed next. */
  #write(variable: Variable, { slot, shared }: Result): void {
    const dataId = this.#data[slot]!
    if (shared) this.backend.incRef(dataId)
    const tracker = engine() as unknown as Tracker
    tracker.disposeTensor(variable)
    variable.dataId = dataId
    tracker.trackTensor(variable, this.backend)
  }

  #handOut({ slot, shape, dtype, shared }: Result): Tensor {
    const dataId = this.#data[slot]!
    if (shared) this.backend.incRef(dataId)
    return engine().makeTensorFromTensorInfo({ dataId, shape, dtype })
  }
}
