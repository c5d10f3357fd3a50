import {
  type DataId,
  getBackend,
  getKernel,
  type KernelConfig,
  Tensor,
  type TensorInfo,
  type Variable,
} from '@tensorflow/tfjs-core'
import { type Inputs, listenedTo } from './listening.js'
import { type Call, Program, type ReplayBackend, type Result, type Slot, type Wire } from './program.js'
import type { Recorder } from './repeatable.js'
import type { Check } from './replayable.js'

/** Of a constant, which is kept beside the program, and written anew in each step. */
const mostBytes = 2 ** 16

/** Kernels that run, constants that are made and values that are looked at, in their order: see {@link Program}. */
export class Recording implements Recorder {
  readonly #backend: ReplayBackend
  readonly #variables: readonly Variable[]
  /** How many tensors come from outside. */
  readonly #outside: number
  readonly #slots = new Map<DataId, Slot>()
  /** Data that several tensors from outside have, and need not have the next time. */
  readonly #several = new Set<DataId>()
  readonly #calls: Call[] = []
  /** Constants that are too large to be kept. */
  readonly #unkept = new Set<Slot>()
  /** Numbers that were drawn, and that no kernel was given yet. */
  readonly #drawn: number[] = []
  #next: Slot = 0
  #reason: string | undefined

  /** @param batch tensors that are others each time; those of variables are looked up */
  constructor(backend: ReplayBackend, batch: readonly Tensor[], variables: readonly Variable[]) {
    this.#backend = backend
    this.#variables = variables
    this.#outside = batch.length + variables.length
    for (const { dataId } of [...batch, ...variables]) {
      if (this.#slots.has(dataId)) this.#several.add(dataId)
      this.#slots.set(dataId, this.#next++)
    }
  }

  /** The first reason for which what was noted cannot be run again. */
  get reason(): string | undefined {
    return this.#reason
  }

  during<T>(work: () => T, mayRead: (dataId: DataId) => boolean): T {
    return listenedTo(work, {
      inPlace: ({ runKernelFunc, makeTensor }) => ({
        runKernelFunc: call => {
          const made = runKernelFunc(call)
          if (call.kernelName) this.#kernel(call.kernelName, call.inputs, call.attrs, [made].flat())
          return made
        },
        makeTensor: (values, ...how) => {
          const made = makeTensor(values, ...how)
          this.#constant(made, values)
          return made
        },
      }),
      reads: dataId => {
        if (!mayRead(dataId)) this.#refuse('values are read')
      },
      looks: (tensor, check) => this.#look(tensor, check),
      draws: random => {
        const drawn = random()
        this.#drawn.push(drawn)
        return drawn
      },
    })
  }

  program(results: readonly Tensor[], written: readonly Variable[]): Program | undefined {
    const taken = new Set<Slot>()
    const handedOut = (tensor: Tensor): Result => {
      const slot = this.#slotOf(tensor, 'a result')
      const shared = slot < this.#outside || taken.has(slot)
      taken.add(slot)
      return { slot, shape: tensor.shape, dtype: tensor.dtype, shared }
    }
    if (this.#drawn.length > 0) this.#refuse('what is drawn goes to no kernel')
    const handed = results.map(handedOut)
    const writes = written.map(variable => [variable, handedOut(variable)] as const)
    const readBy = ({ wires }: Call) => wires.map(([, slot]) => slot)
    const read = new Set([...taken, ...this.#calls.flatMap(readBy)])
    if ([...this.#unkept].some(slot => read.has(slot))) this.#refuse('a large constant is made')
    if (this.#reason !== undefined) return undefined
    // An output that nothing depends on has a gradient of zeros, which hardly any gradient looks at.
    const calls = this.#calls.filter(({ wires, made }) => wires.length > 0 || made.some(slot => read.has(slot)))
    const later = new Set(taken)
    for (const call of calls.toReversed()) {
      call.free = [...new Set([...readBy(call), ...call.made])].filter(slot => slot >= this.#outside && !later.has(slot))
      for (const slot of call.free) later.add(slot)
    }
    return new Program(this.#backend, this.#variables, calls, handed, writes, this.#next)
  }

  #kernel(kernelName: string, inputs: Inputs, attrs: object | undefined, made: readonly Tensor[]): void {
    const isThere = ({ dataId }: Tensor) => this.#slots.has(dataId)
    // The same data, in another shape.
    if (made.every(isThere)) return
    if (made.some(isThere)) this.#refuse(`${kernelName} makes something of which a part is there`)
    const wires: Wire[] = []
    const wired = (x: unknown) => (x instanceof Tensor ? this.#wire(x, kernelName, wires) : x)
    const given = Array.isArray(inputs)
      ? inputs.map(wired)
      : Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, wired(x)]))
    const { kernelFunc } = getKernel(kernelName, getBackend()) as KernelConfig
    const drawn = this.#drawnFor(attrs)
    this.#add({ kernelName, kernelFunc, given: { inputs: given, attrs, backend: this.#backend }, wires, drawn }, made)
  }

  /** The attribute that holds what was drawn first of what no kernel has: they are drawn again in the order of the kernels. */
  #drawnFor(attrs: object | undefined): string | undefined {
    if (this.#drawn.length === 0) return undefined
    const found = Object.entries(attrs ?? {}).find(([, value]) => value === this.#drawn[0])
    if (found) this.#drawn.shift()
    return found?.[0]
  }

  #constant(tensor: Tensor, values: unknown): void {
    const { shape, dtype } = tensor
    const isKept = ArrayBuffer.isView(values) && values.byteLength <= mostBytes
    if (!isKept) this.#unkept.add(this.#next)
    const kept = isKept ? (values as Float32Array).slice() : undefined
    const kernelFunc = () => ({ dataId: this.#backend.write(kept, shape, dtype), shape, dtype })
    this.#add({ kernelFunc, given: { inputs: {}, attrs: undefined, backend: this.#backend }, wires: [] }, [tensor])
  }

  #look(tensor: Tensor, check: Check): void {
    const wires: Wire[] = []
    const info = this.#wire(tensor, 'a check', wires)
    const { typedArrayFromHeap } = this.#backend
    if (!typedArrayFromHeap) {
      this.#refuse('values are looked at')
      check(tensor.dataSync())
      return
    }
    const kernelFunc = () => {
      check(typedArrayFromHeap.call(this.#backend, info))
      return []
    }
    this.#add({ kernelFunc, given: { inputs: {}, attrs: undefined, backend: this.#backend }, wires }, [])
    kernelFunc()
  }

  #wire(tensor: Tensor, who: string, wires: Wire[]): TensorInfo {
    const { dataId, shape, dtype } = tensor
    const info = { dataId, shape, dtype }
    wires.push([info, this.#slotOf(tensor, who)])
    return info
  }

  #slotOf({ dataId, shape, dtype }: Tensor, who: string): Slot {
    const slot = this.#slots.get(dataId)
    if (slot === undefined || this.#several.has(dataId)) this.#refuse(`${who} reads ${dtype} [${shape}] from elsewhere`)
    return slot ?? 0
  }

  #add(call: Omit<Call, 'made' | 'free'>, made: readonly Tensor[]): void {
    const slots = made.map(({ dataId, dtype }) => {
      if (dtype === 'string' || dtype === 'complex64') this.#refuse(`a ${dtype} is made`)
      this.#slots.set(dataId, this.#next)
      return this.#next++
    })
    this.#calls.push({ ...call, made: slots, free: [] })
  }

  #refuse(reason: string): void {
    this.#reason ??= reason
  }
}
