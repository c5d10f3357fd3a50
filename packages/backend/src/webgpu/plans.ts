import type { DataId, DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { noteRecords, record } from './gpu.js'
import { isKept } from './remember.js'
import type { Binding, Pipeline, WebGPUBackend } from './stock-backend.js'

/** A tensor of a kernel's: one that it was given, or one that it made, each by its number. */
type Place = { readonly given: number } | { readonly made: number }

type Action =
  | { readonly make: TensorInfo }
  | { readonly free: number }
  | {
      readonly pipeline: Pipeline
      readonly tensors: readonly Place[]
      readonly uniforms: Binding
      readonly groups: readonly [number, number, number]
    }

interface Output {
  readonly made: number
  readonly shape: number[]
  readonly dtype: DataType
}

interface Plan {
  readonly actions: readonly Action[]
  readonly outputs: readonly Output[]
  readonly several: boolean
}

type Given = Parameters<KernelFunc>[0]

function tensorsOf({ inputs }: Given): TensorInfo[] {
  return Object.values(inputs as Record<string, TensorInfo | TensorInfo[] | undefined>)
    .flat()
    .filter(tensor => tensor !== undefined)
}

/** Runs a kernel, and notes what it asks of the backend. @returns no plan where that depends on more than shapes */
function noted(backend: WebGPUBackend, kernelFunc: KernelFunc, given: Given): [TensorInfo | TensorInfo[], Plan?] {
  const inputs = tensorsOf(given).map(({ dataId }) => dataId)
  const actions: Action[] = []
  const made: DataId[] = []
  let plain = true
  const refuse = () => {
    plain = false
  }
  const placeOf = ({ dataId }: TensorInfo): Place => {
    if (inputs.includes(dataId)) return { given: inputs.indexOf(dataId) }
    if (!made.includes(dataId)) refuse()
    return { made: made.indexOf(dataId) }
  }
  const { write, disposeData } = backend
  const watched = {
    write(values: unknown, shape: number[], dtype: DataType) {
      const dataId = write.call(backend, values as never, shape, dtype)
      if (values || shape.includes(0)) refuse()
      made.push(dataId)
      actions.push({ make: { dataId, shape, dtype } })
      return dataId
    },
    disposeData(dataId: DataId, force?: boolean) {
      if (made.includes(dataId)) actions.push({ free: made.indexOf(dataId) })
      else refuse()
      return disposeData.call(backend, dataId, force)
    },
    ...Object.fromEntries(
      (['incRef', 'readSync', 'read'] as const).map(name => {
        const own = backend[name] as (dataId: DataId) => unknown
        return [
          name,
          (dataId: DataId) => {
            refuse()
            return own.call(backend, dataId)
          },
        ]
      }),
    ),
  }
  const own = Object.entries(watched).map(([name]) => [name, Object.getOwnPropertyDescriptor(backend, name)] as const)
  Object.assign(backend, watched)
  noteRecords((pipeline, tensors, uniforms, groups) => {
    if (!pipeline || !isKept(uniforms)) refuse()
    else actions.push({ pipeline, tensors: tensors.map(placeOf), uniforms, groups })
  })
  let results: TensorInfo | TensorInfo[]
  try {
    results = kernelFunc(given)
  } finally {
    noteRecords(undefined)
    for (const [name, before] of own)
      if (before) Object.defineProperty(backend, name, before)
      else Reflect.deleteProperty(backend, name)
  }
  const outputs = [results].flat().map(({ dataId, shape, dtype }) => ({ made: made.indexOf(dataId), shape, dtype }))
  if (!plain || outputs.some(({ made }) => made < 0)) return [results]
  return [results, { actions, outputs, several: Array.isArray(results) }]
}

function follow(backend: WebGPUBackend, { actions, outputs, several }: Plan, given: Given): TensorInfo | TensorInfo[] {
  const inputs = tensorsOf(given)
  const made: TensorInfo[] = []
  for (const action of actions) {
    if ('make' in action) made.push(backend.makeTensorInfo(action.make.shape, action.make.dtype))
    else if ('free' in action) backend.disposeData(made[action.free]!.dataId)
    else {
      const tensors = action.tensors.map(place => ('given' in place ? inputs[place.given]! : made[place.made]!))
      record(backend, action.pipeline, tensors, action.uniforms, action.groups)
    }
  }
  const results = outputs.map(({ made: own, shape, dtype }) => ({ dataId: made[own]!.dataId, shape, dtype }))
  return several ? results : results[0]!
}

/**
 * A kernel that is run again and again with the same attributes, on tensors of the same shapes: what it asks of the device is noted the first
 * time, and asked for again without it. One that looks at values, hands on what it was given or has uniforms of its own each time runs as ever.
 */
export function planned(backend: WebGPUBackend, kernelFunc: KernelFunc): KernelFunc {
  let plan: Plan | undefined
  let tried = false
  return given => {
    if (backend.activeTimers != null) return kernelFunc(given)
    if (plan) return follow(backend, plan, given)
    if (tried) return kernelFunc(given)
    tried = true
    const [results, found] = noted(backend, kernelFunc, given)
    plan = found
    return results
  }
}
