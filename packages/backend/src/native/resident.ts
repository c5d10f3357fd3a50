import type { DataId } from '@tensorflow/tfjs-core'
import { type NativeBackend, type NativeData, operateById } from './operations.js'

let made = 0

/**
 * Data that TensorFlow has as a variable of its own, so that its optimizers can change it in place. To the backend it is data like any other:
 * whoever asks for its number gets that of a value, which is read then, and stays what it was when the variable changes.
 */
class Resident implements NativeData {
  readonly shape: number[]
  readonly dtype: number
  readonly values = null
  refCount: number
  readonly #backend: NativeBackend
  readonly #variable: number
  #value: number | undefined

  constructor(backend: NativeBackend, { shape, dtype, refCount }: NativeData, value: number) {
    this.shape = shape
    this.dtype = dtype
    this.refCount = refCount
    this.#backend = backend
    // A name that two variables had would make them one.
    const attributes = { container: '=', shared_name: `=onecycle-${made++}`, dtype: 'float', shape: { shape } } as const
    this.#variable = operateById(backend, 'VarHandleOp', attributes, [], 1)[0]!
    operateById(backend, 'AssignVariableOp', { dtype: 'float' }, [this.#variable, value])
  }

  get id(): number {
    this.#value ??= operateById(this.#backend, 'ReadVariableOp', { dtype: 'float' }, [this.#variable], 1)[0]!
    return this.#value
  }

  /** The variable, to be changed: what was read before is let go, or it would be copied first. */
  change(): number {
    if (this.#value !== undefined) this.#backend.binding.deleteTensor(this.#value)
    this.#value = undefined
    return this.#variable
  }

  destroy(): void {
    operateById(this.#backend, 'DestroyResourceOp', { ignore_lookup_error: true }, [this.#variable])
    this.#backend.binding.deleteTensor(this.#variable)
  }
}

const watched = new WeakSet<NativeBackend>()

/** Has the variable go when its data goes. */
function watch(backend: NativeBackend): void {
  if (watched.has(backend)) return
  watched.add(backend)
  const dispose = backend.disposeData
  backend.disposeData = (dataId: DataId, force?: boolean) => {
    const data = backend.tensorMap.has(dataId) ? backend.tensorMap.get(dataId) : undefined
    const gone = dispose.call(backend, dataId, force)
    if (data instanceof Resident && !backend.tensorMap.has(dataId)) data.destroy()
    return gone
  }
}

/** The variable of a tensor's data, to be changed in place: made of its value where there is none. */
export function variableOf(backend: NativeBackend, dataId: DataId): number {
  const data = backend.tensorMap.get(dataId)
  if (data instanceof Resident) return data.change()
  watch(backend)
  const [value] = backend.getInputTensorIds([{ dataId, shape: data.shape, dtype: 'float32' }])
  const resident = new Resident(backend, data, value!)
  backend.binding.deleteTensor(value!)
  // What is set is counted, whatever was there.
  backend.tensorMap.delete(dataId)
  backend.tensorMap.set(dataId, resident)
  return resident.change()
}
