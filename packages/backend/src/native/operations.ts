import { type DataId, dispose, type KernelBackend, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core'

/** Of an operation, as tfjs-node's binding takes it. */
export interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** What is used of tfjs-node's addon, which hands on to TensorFlow; tensors and models are known by numbers. */
export type Binding = Readonly<
  Record<
    | 'TF_ATTR_STRING'
    | 'TF_ATTR_INT'
    | 'TF_ATTR_FLOAT'
    | 'TF_ATTR_BOOL'
    | 'TF_ATTR_TYPE'
    | 'TF_ATTR_SHAPE'
    | 'TF_FLOAT'
    | 'TF_INT32',
    number
  >
> & {
  readonly TF_Version?: string
  executeOp(name: string, attributes: Attribute[], ids: number[], outputs: number): OutputInfo[]
  createTensor(shape: number[], dtype: number, values: ArrayBufferView): number
  deleteTensor(id: number): void
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(id: number): void
  /** @param inputs their names, as outputs', with commas between them */
  runSavedModel(id: number, ids: number[], inputs: string, outputs: string): OutputInfo[]
}

/** A tensor that TensorFlow made. */
export interface OutputInfo {
  readonly id: number
  readonly shape: number[]
  /** As TensorFlow numbers types. */
  readonly dtype: number
}

/** What is used of tfjs-node's backend: TensorFlow's operations by name. */
export interface NativeBackend extends KernelBackend {
  readonly isUsingGpuDevice: boolean
  readonly isGPUPackage: boolean
  readonly binding: Binding
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: TensorInfo[], outputs: number): Tensor[]
  /** Has the engine know a tensor that TensorFlow made. */
  createOutputTensor(made: OutputInfo): Tensor
  readonly tensorMap: {
    get(dataId: DataId): NativeData
    set(dataId: DataId, data: NativeData): void
    has(dataId: DataId): boolean
    delete(dataId: DataId): boolean
  }
  getInputTensorIds(tensors: readonly TensorInfo[]): number[]
}

/** What the backend knows of a tensor: the number of TensorFlow's own, or values that are still to become one. */
export interface NativeData {
  readonly shape: number[]
  /** As TensorFlow numbers types. */
  readonly dtype: number
  readonly id: number
  readonly values: unknown
  refCount: number
}

/** What can be relied on of a backend of its name, which may be another one. */
export type MaybeNative = Partial<Pick<NativeBackend, 'isUsingGpuDevice' | 'isGPUPackage'>> & {
  readonly binding?: Partial<NativeBackend['binding']>
}

/** Types by 'float' and 'int32', which are no texts: those begin with an equals sign, as '=NHWC'. */
type Value = boolean | number | readonly number[] | { readonly shape: readonly number[] } | 'float' | 'int32' | `=${string}`
type Attributes = Readonly<Record<string, Value>>

/** Runs one of TensorFlow's operations. What it makes is the caller's. */
export function operate(
  backend: NativeBackend,
  name: string,
  attributes: Attributes,
  inputs: readonly TensorInfo[],
  outputs = 1,
): Tensor[] {
  return backend.executeMultipleOutputs(name, listed(backend, attributes), [...inputs], outputs)
}

/** The same for what TensorFlow knows by number, and the engine does not know. */
export function operateById(
  { binding }: NativeBackend,
  name: string,
  attributes: Attributes,
  ids: number[],
  outputs = 0,
): number[] {
  return binding.executeOp(name, listed({ binding }, attributes), ids, outputs).map(({ id }) => id)
}

function listed({ binding }: Pick<NativeBackend, 'binding'>, attributes: Attributes): Attribute[] {
  return Object.entries(attributes).map(([name, value]): Attribute => {
    if (value === 'float' || value === 'int32')
      return { name, type: binding.TF_ATTR_TYPE, value: value === 'float' ? binding.TF_FLOAT : binding.TF_INT32 }
    if (typeof value === 'string') return { name, type: binding.TF_ATTR_STRING, value: value.slice(1) }
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value }
    if (typeof value === 'object' && 'shape' in value) return { name, type: binding.TF_ATTR_SHAPE, value: value.shape }
    // Whole numbers by themselves are no attribute of any operation here.
    return { name, type: typeof value === 'number' ? binding.TF_ATTR_FLOAT : binding.TF_ATTR_INT, value }
  })
}

/** The first output of an operation, once what went into it, as far as it is named, is needed no more. */
export function freeing(results: Tensor[], ...done: readonly (Tensor | undefined)[]): Tensor {
  dispose(done.filter(each => each !== undefined))
  return results[0]!
}
