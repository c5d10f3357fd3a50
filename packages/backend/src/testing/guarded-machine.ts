import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { type DataId, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Functions } from '../wasm/compiled/functions.js'
import type { Machine } from '../wasm/compiled/machine.js'
import { readBuild } from './build-folder.js'

const GAP = 256
const FENCE = 0xa5

/**
 * The compiled kernels of one build on memory of their own, where each tensor and each piece of scratch memory has a fence around it.
 * What kernels allocate is never freed.
 */
export function guardedMachine(file: string) {
  const memory = new WebAssembly.Memory({ initial: 32 })
  const run = new WebAssembly.Instance(new WebAssembly.Module(readBuild(file)), { env: { memory } })
    .exports as unknown as Functions
  const bytes = new Uint8Array(memory.buffer).fill(FENCE)
  run.setMemory(1024)
  let next = 4096
  const taken: [from: number, to: number][] = [
    [1024, 2048],
    [2048, 4096],
  ]
  const allocate = (size: number) => {
    const from = next
    taken.push([from, from + size])
    next = Math.ceil((from + size + GAP) / 64) * 64
    return from
  }
  const addresses = new WeakMap<object, number>()
  const makeOutput = (shape: number[], dtype = 'float32'): TensorInfo => {
    const dataId = {}
    addresses.set(dataId, allocate(4 * util.sizeFromShape(shape)))
    return { dataId: dataId as DataId, shape, dtype: dtype as 'float32' }
  }
  const address = ({ dataId }: TensorInfo) => addresses.get(dataId as object)!
  const numbersAt = (tensor: TensorInfo) => new Float32Array(memory.buffer, address(tensor), util.sizeFromShape(tensor.shape))
  const machine: Machine = {
    run,
    threads: 1,
    address,
    parallel: calls => {
      for (const [name, ...args] of calls) (run[name] as (...args: number[]) => void)(...(args as number[]))
    },
    scratch: allocate,
    regions: (...sizes) => sizes.map(allocate) as never,
    integers: values => {
      const at = 2048
      new Int32Array(memory.buffer, at, values.length).set(values)
      return at
    },
  }
  return {
    machine,
    backend: { makeOutput } as unknown as BackendWasm,
    tensor(shape: number[], values: ArrayLike<number>): TensorInfo {
      const made = makeOutput(shape)
      numbersAt(made).set(Array.from(values))
      return made
    },
    numbersAt,
    /** Where something was written between the pieces; undefined where nothing was. */
    written(): number | undefined {
      let at = 0
      for (const [from, to] of [...taken, [bytes.length, bytes.length] as const]) {
        for (; at < from; at++) if (bytes[at] !== FENCE) return at
        at = to
      }
      return undefined
    },
  }
}
