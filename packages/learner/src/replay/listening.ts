import { type DataId, type DataType, engine, type Tensor } from '@tensorflow/tfjs-core'
import { randomBy } from '../random/draws.js'
import { type Check, watchLooks } from './replayable.js'

export type Inputs = Readonly<Record<string, unknown>> | readonly unknown[]

/** What is listened to of TensorFlow.js's engine, which keeps it to itself. */
export interface Listened {
  runKernelFunc(call: { kernelName?: string; inputs: Inputs; attrs?: object }): Tensor | Tensor[]
  makeTensor(values: unknown, shape: number[], dtype?: DataType, backend?: unknown): Tensor
  readSync(dataId: DataId): unknown
  read(dataId: DataId): unknown
}

/** Who notes what is done. */
export interface Listener {
  /** What stands in the place of some of the engine's functions. */
  inPlace(own: Pick<Listened, 'runKernelFunc' | 'makeTensor'>): Partial<Listened>
  /** Values are read, before they are. */
  reads(dataId: DataId): void
  /** Values are looked at: it has the check be done, now and each time. */
  looks(tensor: Tensor, check: Check, readSync: Listened['readSync']): void
  /** What is drawn next. */
  draws(random: () => number): number
}

/** Runs something synchronous, to which somebody listens. */
export function listenedTo<T>(work: () => T, listener: Listener): T {
  const listened = engine() as unknown as Listened
  const { runKernelFunc, makeTensor, readSync, read } = listened
  const { random } = Math
  const reading = (look: (dataId: DataId) => unknown) => (dataId: DataId) => {
    listener.reads(dataId)
    return look.call(listened, dataId)
  }
  const own = { runKernelFunc: runKernelFunc.bind(listened), makeTensor: makeTensor.bind(listened) }
  const inPlace: Partial<Listened> = { ...listener.inPlace(own), readSync: reading(readSync), read: reading(read) }
  const names = Object.keys(inPlace)
  // Somebody else may listen, too.
  const others = names.filter(name => Object.hasOwn(listened, name))
  const before = Object.fromEntries(others.map(name => [name, listened[name as keyof Listened]]))
  Object.assign(listened, inPlace)
  watchLooks((tensor, check) => listener.looks(tensor, check, readSync.bind(listened)))
  try {
    return randomBy(() => listener.draws(random), work)
  } finally {
    watchLooks(undefined)
    for (const name of names) Reflect.deleteProperty(listened, name)
    Object.assign(listened, before)
  }
}
