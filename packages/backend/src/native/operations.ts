import { dispose, type KernelBackend, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core'

interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** What is used of tfjs-node's backend: TensorFlow's operations by name. */
export interface NativeBackend extends KernelBackend {
  readonly isUsingGpuDevice: boolean
  readonly isGPUPackage: boolean
  readonly binding: Readonly<
    Record<'TF_ATTR_STRING' | 'TF_ATTR_INT' | 'TF_ATTR_FLOAT' | 'TF_ATTR_BOOL' | 'TF_ATTR_TYPE' | 'TF_FLOAT' | 'TF_INT32', number>
  > & { readonly TF_Version?: string }
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: TensorInfo[], outputs: number): Tensor[]
}

/** What can be relied on of a backend of its name, which may be another one. */
export type MaybeNative = Partial<Pick<NativeBackend, 'isUsingGpuDevice' | 'isGPUPackage'>> & {
  readonly binding?: Partial<NativeBackend['binding']>
}

/** Types by 'float' and 'int32', which are no texts: those begin with an equals sign, as '=NHWC'. */
type Value = boolean | number | readonly number[] | 'float' | 'int32' | `=${string}`

/** Runs one of TensorFlow's operations. What it makes is the caller's. */
export function operate(
  backend: NativeBackend,
  name: string,
  attributes: Readonly<Record<string, Value>>,
  inputs: readonly TensorInfo[],
  outputs = 1,
): Tensor[] {
  const { binding } = backend
  const list = Object.entries(attributes).map(([name, value]): Attribute => {
    if (value === 'float' || value === 'int32')
      return { name, type: binding.TF_ATTR_TYPE, value: value === 'float' ? binding.TF_FLOAT : binding.TF_INT32 }
    if (typeof value === 'string') return { name, type: binding.TF_ATTR_STRING, value: value.slice(1) }
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value }
    // Whole numbers by themselves are no attribute of any operation here.
    return { name, type: typeof value === 'number' ? binding.TF_ATTR_FLOAT : binding.TF_ATTR_INT, value }
  })
  return backend.executeMultipleOutputs(name, list, [...inputs], outputs)
}

/** The first output of an operation, once what went into it, as far as it is named, is needed no more. */
export function freeing(results: Tensor[], ...done: readonly (Tensor | undefined)[]): Tensor {
  dispose(done.filter(each => each !== undefined))
  return results[0]!
}
