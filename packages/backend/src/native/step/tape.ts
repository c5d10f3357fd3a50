import type { Attribute, Binding, NativeBackend } from '../operations.js'

/** A place for a tensor: those that come from outside first, then constants and what operations make. */
export type Place = number

/** One of TensorFlow's operations, as it ran. */
export interface Operation {
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly inputs: readonly Place[]
  /** Types are as TensorFlow numbers them. */
  readonly outputs: readonly { readonly place: Place; readonly dtype: number }[]
}

/** Values that are the same each time. */
export interface Constant {
  readonly place: Place
  readonly shape: readonly number[]
  readonly dtype: number
  readonly bytes: Uint8Array
}

/** Of a constant, which is kept. */
const mostBytes = 2 ** 16

/** What TensorFlow is asked for while something synchronous runs: operations with their attributes, and what goes from one into the other. */
export class Tape {
  readonly operations: Operation[] = []
  readonly constants: Constant[] = []
  readonly #backend: NativeBackend
  readonly #places = new Map<number, Place>()
  #next: Place = 0
  #reason: string | undefined

  /** @param outside the numbers that TensorFlow has for tensors that are others each time */
  constructor(backend: NativeBackend, outside: readonly number[]) {
    this.#backend = backend
    for (const id of outside) {
      if (this.#places.has(id)) this.refuse('two tensors have the same data')
      this.#place(id)
    }
  }

  /** The first reason for which what was noted cannot be run again. */
  get reason(): string | undefined {
    return this.#reason
  }

  refuse(reason: string): void {
    this.#reason ??= reason
  }

  /** Where a tensor is; undefined, and a reason, for one that was there before and is none of those from outside. */
  placeOf(id: number): Place | undefined {
    const place = this.#places.get(id)
    if (place === undefined) this.refuse('something is read from elsewhere')
    return place
  }

  /** Runs something synchronous, and notes what it asks for. */
  during<T>(work: () => T): T {
    const backend = this.#backend as { binding: Binding }
    const { binding } = backend
    // Its own methods cannot be replaced.
    const noting: Pick<Binding, 'executeOp' | 'createTensor'> = {
      executeOp: (name, attributes, ids, outputs) => {
        const made = binding.executeOp(name, attributes, ids, outputs)
        const inputs = ids.map(id => this.placeOf(id) ?? 0)
        this.operations.push({
          name,
          attributes,
          inputs,
          outputs: made.map(({ id, dtype }) => ({ place: this.#place(id), dtype })),
        })
        return made
      },
      createTensor: (shape, dtype, values) => {
        const id = binding.createTensor(shape, dtype, values)
        const place = this.#place(id)
        if (ArrayBuffer.isView(values) && values.byteLength <= mostBytes)
          this.constants.push({ place, shape, dtype, bytes: copied(values) })
        else this.refuse('a large constant is made')
        return id
      },
    }
    backend.binding = Object.create(binding, Object.getOwnPropertyDescriptors(noting))
    try {
      return work()
    } finally {
      backend.binding = binding
    }
  }

  #place(id: number): Place {
    this.#places.set(id, this.#next)
    return this.#next++
  }
}

const copied = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength).slice()
