import { backend, type DataType, engine, type Tensor, type TensorInfo, tensor, tensor1d } from '@tensorflow/tfjs-core'

type Values = Float32Array | Int32Array
type Dtype = 'float32' | 'int32'

/** What the wasm backend has beyond the common interface: tensors that are made first and filled in place. */
interface Heap {
  makeOutput(shape: number[], dtype: DataType): TensorInfo
  typedArrayFromHeap(info: TensorInfo): Values
}

/**
 * Makes tensors by filling arrays of numbers. On wasm the array is the tensor's own memory; on other backends that copy what they are
 * given it is the same array again, which spares the garbage collector.
 */
export class Staging {
  #array: Values | undefined

  /** @param fill writes all of the tensor's numbers */
  tensor(shape: number[], dtype: Dtype, fill: (values: Values) => void): Tensor {
    const current = backend() as unknown as object
    if (isHeap(current)) {
      const info = current.makeOutput(shape, dtype)
      fill(current.typedArrayFromHeap(info))
      return engine().makeTensorFromTensorInfo(info)
    }
    const values = this.#space(
      shape.reduce((product, size) => product * size, 1),
      dtype,
    )
    fill(values)
    return tensor(values, shape, dtype)
  }

  #space(length: number, dtype: Dtype): Values {
    const allocate = () => (dtype === 'int32' ? new Int32Array(length) : new Float32Array(length))
    if (!copiesArrays()) return allocate()
    if (!this.#array || this.#array.length < length) this.#array = allocate()
    return this.#array.length === length ? this.#array : this.#array.subarray(0, length)
  }
}

function isHeap(candidate: object): candidate is Heap {
  return 'makeOutput' in candidate && 'typedArrayFromHeap' in candidate
}

const known = new WeakMap<object, boolean>()

/**
 * Whether the backend in use copies an array when a tensor is made of it, so that the array can be filled anew for the next tensor.
 * The cpu backend, among others, goes on using the array itself.
 */
function copiesArrays(): boolean {
  const current = backend()
  let copies = known.get(current)
  if (copies === undefined) {
    const values = new Float32Array([1])
    const probe = tensor1d(values)
    values[0] = 2
    copies = probe.dataSync()[0] === 1
    probe.dispose()
    known.set(current, copies)
  }
  return copies
}
